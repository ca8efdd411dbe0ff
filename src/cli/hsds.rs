//! `weft export-hsds`: a directory in the Human Services Data Specification, as files.

use super::{CliError, Place, existing, say};
use crate::app::hsds::{Directory, TABLES};
use crate::app::iri;
use clap::Args;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct ExportHsds {
    /// A folder for the tables (CSV, with datapackage.json), or a file that ends in .json or .zip
    target: PathBuf,
    /// Only what a graph describes, and those below it: an IRI, or a name under
    /// https://w3id.org/weft/graph/
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
}

pub(super) fn run(place: &Place, export: &ExportHsds) -> Result<(), CliError> {
    let named = export.graph.as_deref().map(|text| {
        iri::named_graph(text).ok_or_else(|| {
            CliError::Usage(format!(
                "--graph: `{text}` is neither an absolute IRI nor the name of a graph"
            ))
        })
    });
    let named = named.transpose()?;
    let graph = existing(place)?;
    let directory = graph.directory(&graph.snapshot(), named.as_ref())?;
    write(&directory, &export.target).map_err(|error| {
        CliError::Failed(format!(
            "{} cannot be written: {error}",
            export.target.display()
        ))
    })?;
    let (counts, left_out) = (directory.counts(), directory.left_out());
    say(&format!(
        "{}: {} organisations, {} services, {} locations, {} terms",
        export.target.display(),
        counts.organizations,
        counts.services,
        counts.locations,
        counts.terms
    ));
    for (count, what) in [
        (
            left_out.services_without_provider,
            "services that nobody is known to provide",
        ),
        (
            left_out.further_providers,
            "providers besides the first of a service",
        ),
        (left_out.innovations, "innovations, which are no offers"),
    ] {
        if count > 0 {
            say(&format!("left out: {count} {what}"));
        }
    }
    Ok(())
}

fn write(directory: &Directory, target: &Path) -> io::Result<()> {
    match target.extension().and_then(|extension| extension.to_str()) {
        Some("json") => whole(target, |output| directory.write_json(output)),
        Some("zip") => whole(target, |output| directory.write_zip(output)),
        _ => {
            fs::create_dir_all(target)?;
            for table in TABLES {
                whole(&target.join(table.path), |output| {
                    directory.write_table(table, output)
                })?;
            }
            whole(&target.join("datapackage.json"), |output| {
                serde_json::to_writer_pretty(output, &directory.package()).map_err(Into::into)
            })
        }
    }
}

/// Writes a file that appears only when it is complete.
fn whole(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut output = BufWriter::new(File::create(&new)?);
    let written = fill(&mut output)
        .and_then(|()| output.flush())
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}
