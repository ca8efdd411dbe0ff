//! Zip archives of tables, unpacked in memory within limits.
//!
//! Sizes that an archive states are not believed: what comes out is counted while it comes. Names
//! are used for their last part alone, so nothing can be written or named outside.

use super::table::TableSource;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::sync::Arc;
use zip::ZipArchive;
use zip::result::ZipError;

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

/// The files of an archive, in the order of their names, of `most` bytes in all.
///
/// Folders are looked through; hidden files and those that programs add for themselves
/// (`__MACOSX`) are passed over.
///
/// # Errors
/// [`ArchiveError`] if it is damaged, encrypted, holds another archive or a link, two of its files
/// have one name, or more comes out than `most` bytes.
pub fn unpack(name: &str, bytes: &[u8], most: u64) -> Result<Vec<TableSource>, ArchiveError> {
    let wrong = |message: String, remedy| ArchiveError {
        name: name.to_owned(),
        message,
        remedy,
        is_too_large: false,
    };
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
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_ENTRIES {
        return Err(ArchiveError {
            is_too_large: true,
            ..wrong(
                format!(
                    "it has {} entries, and may have {MOST_ENTRIES}",
                    archive.len()
                ),
                "send the tables alone",
            )
        });
    }
    let mut left = most;
    let mut names = BTreeSet::new();
    let mut files = Vec::new();
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(damaged)?;
        let path = entry.name().map_err(damaged)?.replace('\\', "/");
        let Some(file) = path.rsplit('/').next().filter(|file| !file.is_empty()) else {
            continue;
        };
        if entry.is_dir() || file.starts_with('.') || path.split('/').any(|part| part == "__MACOSX")
        {
            continue;
        }
        if entry.is_symlink() {
            return Err(wrong(
                format!("`{path}` is a link"),
                "put the file itself into the archive",
            ));
        }
        let file = file.to_owned();
        let mut content = Vec::new();
        let read = entry.take(left + 1).read_to_end(&mut content);
        read.map_err(|error| {
            wrong(
                format!("`{path}` cannot be unpacked: {error}"),
                "make the archive again",
            )
        })?;
        let Some(rest) = left.checked_sub(content.len() as u64) else {
            return Err(ArchiveError {
                is_too_large: true,
                ..wrong(
                    format!("more than {most} bytes come out of it"),
                    "send less at once; whoever runs the service can allow more (`body-limit`)",
                )
            });
        };
        left = rest;
        let is_archive = is_zip(&content)
            && !["xlsx", "xlsm", "xlsb", "ods"].iter().any(|extension| {
                file.to_ascii_lowercase()
                    .ends_with(&format!(".{extension}"))
            });
        if is_archive {
            return Err(wrong(
                format!("`{path}` is an archive in an archive"),
                "put the tables into one archive",
            ));
        }
        if !names.insert(file.clone()) {
            return Err(wrong(
                format!("two files are called `{file}`"),
                "give each file a name of its own",
            ));
        }
        files.push(TableSource::Bytes {
            name: file,
            bytes: Arc::from(content),
            most: left.max(1),
        });
    }
    if files.is_empty() {
        return Err(wrong(
            "there is no file in it".to_owned(),
            "put the tables into it",
        ));
    }
    files.sort_by_key(TableSource::name);
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in files {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn names(files: &[(&str, &[u8])]) -> String {
        match unpack("a.zip", &archive(files), 1_000_000) {
            Ok(files) => files
                .iter()
                .map(TableSource::name)
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn files_come_out_by_the_last_part_of_their_names() {
        let found = names(&[
            ("hsds/services.csv", b"id\n1\n"),
            ("hsds/", b""),
            ("../../etc/organizations.csv", b"id\n1\n"),
            ("__MACOSX/._services.csv", b"x"),
            ("/abs\\locations.csv", b"id\n"),
        ]);
        assert_eq!(found, "locations.csv organizations.csv services.csv");
    }

    #[test]
    fn what_is_too_much_or_not_plain_is_refused_with_its_name() {
        let zeros = vec![0_u8; 2_000_000];
        let bomb = names(&[("a.csv", &zeros)]);
        assert!(bomb.contains("a.zip: more than 1000000 bytes"), "{bomb}");
        let inner = archive(&[("a.csv", b"x")]);
        let nested = names(&[("inner.zip", &inner)]);
        assert!(
            nested.contains("`inner.zip` is an archive in an archive"),
            "{nested}"
        );
        let twice = names(&[("a/t.csv", b"1"), ("b/t.csv", b"2")]);
        assert!(twice.contains("two files are called `t.csv`"), "{twice}");
        let error = unpack("b.zip", b"PK\x03\x04nonsense", 100).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("b.zip: it is no readable zip"),
            "{error}"
        );
        let nothing = names(&[]);
        assert!(nothing.contains("there is no file in it"), "{nothing}");
        let many: Vec<(String, Vec<u8>)> = (0..1_001)
            .map(|n| (format!("{n}.csv"), Vec::new()))
            .collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(n, c)| (n.as_str(), &c[..])).collect();
        assert!(names(&many).contains("it has 1001 entries"));
    }

    #[test]
    fn a_stated_size_is_not_believed() {
        let mut bytes = archive(&[("a.csv", &[b'x'; 5_000])]);
        // The uncompressed size in both headers.
        let size = 5_000_u32.to_le_bytes();
        for at in 0..bytes.len() - 4 {
            if bytes[at..at + 4] == size {
                bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
            }
        }
        let outcome = unpack("a.zip", &bytes, 1_000);
        assert!(outcome.is_err(), "{:?}", outcome.map(|files| files.len()));
    }
}
