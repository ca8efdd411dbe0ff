//! Zip archives, unpacked in memory within limits, and made.
//!
//! Sizes that an archive states are not believed: what comes out is counted while it comes. Nothing
//! is written to disk, so no path in an archive can lead anywhere.

use super::table::TableSource;
use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};
use std::sync::Arc;
use zip::result::{ZipError, ZipResult};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// How many entries an archive may have.
const MOST_ENTRIES: usize = 1_000;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {message}; {remedy}")]
pub struct ArchiveError {
    /// The archive.
    pub name: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
    /// Whether it is too large rather than wrong.
    pub is_too_large: bool,
}

/// Whether bytes are those of a zip archive. A spreadsheet is one too.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// The tables in an archive that are wanted by the last part of their paths, in the order of these
/// names, of `most` bytes in all. Others are passed over, as in a folder.
///
/// # Errors
/// [`ArchiveError`] as of [`files`], or if two tables have one name.
pub fn unpack(
    name: &str,
    bytes: &[u8],
    most: u64,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<TableSource>, ArchiveError> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut names = BTreeSet::new();
    let mut tables = Vec::new();
    for (path, content) in files(name, bytes, most, &|path| is_wanted(&last(path)))? {
        let file = last(&path);
        if !names.insert(file.clone()) {
            return Err(ArchiveError::wrong(
                name,
                format!("two tables in it are called `{file}`"),
                "give each a name of its own",
            ));
        }
        tables.push(TableSource::Bytes {
            name: file,
            bytes: Arc::from(content),
            most,
        });
    }
    tables.sort_by_key(TableSource::name);
    Ok(tables)
}

/// The files of an archive that are wanted by their path, with their content, of `most` bytes in
/// all.
///
/// Hidden files, and those that programs add for themselves (`__MACOSX`), are passed over.
///
/// # Errors
/// [`ArchiveError`] if it is damaged, holds another archive, a file in it is encrypted or a link,
/// or more comes out than `most` bytes.
pub fn files(
    name: &str,
    bytes: &[u8],
    most: u64,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
    let wrong = |message, remedy| ArchiveError::wrong(name, message, remedy);
    let damaged = |error: ZipError| match error {
        ZipError::UnsupportedArchive(what) if what.to_ascii_lowercase().contains("password") => {
            wrong(
                "it is encrypted".to_owned(),
                "make it again without a password",
            )
        }
        error => wrong(
            format!("it is no readable zip archive: {error}"),
            "make it again, with the usual compression (deflate)",
        ),
    };
    let too_large = |message, remedy| ArchiveError {
        is_too_large: true,
        ..wrong(message, remedy)
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_ENTRIES {
        return Err(too_large(
            format!(
                "it has {} entries, and may have {MOST_ENTRIES}",
                archive.len()
            ),
            "send the tables alone",
        ));
    }
    let mut left = most;
    let mut files = Vec::new();
    for number in 0..archive.len() {
        let Some(path) = archive.name_for_index(number) else {
            continue;
        };
        let path = path.map_err(damaged)?.replace('\\', "/");
        let is_hidden = |part: &str| part.starts_with('.') && part != ".." || part == "__MACOSX";
        if path.ends_with('/') || path.split('/').any(is_hidden) {
            continue;
        }
        if path.to_ascii_lowercase().ends_with(".zip") {
            return Err(wrong(
                format!("`{path}` is an archive in an archive"),
                "put the files into one archive",
            ));
        }
        if !is_wanted(&path) {
            continue;
        }
        let entry = archive.by_index(number).map_err(damaged)?;
        if entry.is_symlink() {
            return Err(wrong(
                format!("`{path}` is a link"),
                "put the file itself into the archive",
            ));
        }
        let mut content = Vec::new();
        let read = entry.take(left + 1).read_to_end(&mut content);
        read.map_err(|error| {
            wrong(
                format!("`{path}` cannot be unpacked: {error}"),
                "make the archive again",
            )
        })?;
        left = left.checked_sub(content.len() as u64).ok_or_else(|| {
            too_large(
                format!("more than {most} bytes come out of it"),
                "send less at once; whoever runs the service can allow more (`body-limit`)",
            )
        })?;
        files.push((path, content));
    }
    Ok(files)
}

/// An archive of these files. The same files give the same bytes, whenever it is made.
///
/// # Errors
/// If the archive would be larger than the format allows.
pub fn pack<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .last_modified_time(DateTime::default())
        .compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(name, options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

impl ArchiveError {
    fn wrong(name: &str, message: String, remedy: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            message,
            remedy,
            is_too_large: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[(&str, &[u8])]) -> String {
        let archive = pack(files.iter().copied()).unwrap();
        match unpack("a.zip", &archive, 1_000_000, &|name| name.ends_with(".csv")) {
            Ok(files) => files
                .iter()
                .map(TableSource::name)
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn tables_come_out_by_the_last_part_of_their_paths_and_others_stay_in() {
        let found = names(&[
            ("hsds/services.csv", b"id\n1\n"),
            ("hsds/", b""),
            ("hsds/datapackage.json", b"{}"),
            ("../../etc/organizations.csv", b"id\n1\n"),
            ("__MACOSX/._services.csv", b"x"),
            ("/abs\\locations.csv", b"id\n"),
            ("a/README.md", b"x"),
            ("b/README.md", b"y"),
        ]);
        assert_eq!(found, "locations.csv organizations.csv services.csv");
    }

    #[test]
    fn what_is_too_much_or_not_plain_is_refused_with_its_name() {
        let zeros = vec![0_u8; 2_000_000];
        let bomb = names(&[("a.csv", &zeros)]);
        assert!(bomb.contains("a.zip: more than 1000000 bytes"), "{bomb}");
        let inner = pack([("a.csv", &b"x"[..])]).unwrap();
        let nested = names(&[("inner.zip", &inner)]);
        assert!(
            nested.contains("`inner.zip` is an archive in an archive"),
            "{nested}"
        );
        let twice = names(&[("a/t.csv", b"1"), ("b/t.csv", b"2")]);
        assert!(
            twice.contains("two tables in it are called `t.csv`"),
            "{twice}"
        );
        let error = unpack("b.zip", b"PK\x03\x04nonsense", 100, &|_| true).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("b.zip: it is no readable zip"),
            "{error}"
        );
        let many: Vec<String> = (0..1_001).map(|n| format!("{n}.csv")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert!(names(&many).contains("it has 1001 entries"));
    }

    #[test]
    fn a_stated_size_is_not_believed() {
        let mut bytes = pack([("a.csv", &[b'x'; 5_000][..])]).unwrap();
        // The uncompressed size in both headers.
        let size = 5_000_u32.to_le_bytes();
        for at in 0..bytes.len() - 4 {
            if bytes[at..at + 4] == size {
                bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
            }
        }
        assert!(unpack("a.zip", &bytes, 1_000, &|_| true).is_err());
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let once = || pack([("a", &b"1"[..]), ("b", &b"2"[..])]).unwrap();
        assert_eq!(once(), once());
    }
}
