//! What a file says of where it comes from: it leaves the service, and its address with it.

use super::super::AppState;
use super::super::cited::{Place, pinned_address, rests_on};
use super::super::negotiate::Format;
use super::super::request::{Form, origin};
use crate::app::Citation;
use crate::store::Snapshot;
use axum::http::{HeaderMap, Uri};

/// What the version of the data is called.
pub(super) const VERSION: &str = "dataVersion";

/// Where a table comes from, and how to cite it. In XLSX it is a sheet, in Parquet and Arrow the
/// metadata of the schema; texts have no place for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::http) struct About {
    title: String,
    description: String,
    source: String,
    /// The address that gives the same again, if it is another one.
    again: Option<String>,
    version: Option<u64>,
    date: Option<String>,
    /// The licences in words, with the data sets that are under them.
    licences: Vec<String>,
    /// More that should be known, by name.
    notes: Vec<(String, String)>,
}

impl About {
    /// For a table of the data in `snapshot`. Looks things up only for formats that tell them.
    pub(in crate::http) fn of(
        state: &AppState,
        headers: &HeaderMap,
        uri: &Uri,
        format: Format,
        snapshot: &Snapshot,
    ) -> Self {
        if !format.is_file() {
            return Self::default();
        }
        let form = Form::of_url(uri).unwrap_or_default();
        let citation = state.graph().citation(snapshot, &rests_on(&form));
        let about = Self::of_address(headers, uri);
        let takes_version =
            Place::of(uri.path()).is_some_and(|place| place.takes_version(state.graph()));
        let again = takes_version.then(|| pinned_address(&about.source, citation.version));
        Self { again, ..about }.citing(&citation)
    }

    /// For a table of something else, such as what is going on.
    pub(in crate::http) fn of_address(headers: &HeaderMap, uri: &Uri) -> Self {
        let path = uri
            .path_and_query()
            .map_or(uri.path(), |path| path.as_str());
        Self::at(format!("{}{path}", origin(headers, uri)))
    }

    /// For a table that was asked for at an address.
    pub(in crate::http) fn at(source: String) -> Self {
        Self {
            source,
            ..Self::default()
        }
    }

    /// With the data that it rests on.
    pub(in crate::http) fn citing(mut self, citation: &Citation) -> Self {
        self.version = Some(citation.version);
        self.date.clone_from(&citation.date);
        self.licences = citation.licence_lines();
        self
    }

    /// With the version of the data in the address to cite, unless the source names one.
    pub(in crate::http) fn pinned_to(mut self, version: u64) -> Self {
        let names_one = ["?version=", "&version="];
        if !names_one.iter().any(|name| self.source.contains(name)) {
            self.again = Some(pinned_address(&self.source, version));
        }
        self
    }

    /// With an address that everybody can open, for a table that was asked for in another way: the
    /// question was in the body of the request. It names the version of the data.
    pub(in crate::http) fn answered_at(mut self, address: String) -> Self {
        self.again = None;
        self.source = address;
        self
    }

    /// With what the table is called, and what it is about.
    pub(in crate::http) fn titled(mut self, title: &str, description: &str) -> Self {
        title.clone_into(&mut self.title);
        description.clone_into(&mut self.description);
        self
    }

    /// With something else that should be known.
    pub(in crate::http) fn with(mut self, name: &str, text: &str) -> Self {
        if !text.is_empty() {
            self.notes.push((name.to_owned(), text.to_owned()));
        }
        self
    }

    /// When the data was made (RFC 3339), if that is known.
    pub(super) fn date(&self) -> Option<&str> {
        self.date.as_deref()
    }

    /// What is known, as pairs of a name and a text.
    pub(super) fn entries(&self) -> Vec<(&str, String)> {
        let version = self.version.map(|version| version.to_string());
        let entries = [
            ("title", Some(self.title.clone())),
            ("description", Some(self.description.clone())),
            ("source", Some(self.source.clone())),
            (VERSION, version),
            ("date", self.date.clone()),
            ("licence", Some(self.licences.join("\n"))),
        ];
        let mut known: Vec<(&str, String)> = entries
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?)))
            .collect();
        if let Some(version) = self.version {
            let day = self.date.as_deref().and_then(|date| date.get(..10));
            let of = day.map(|day| format!(" of {day}")).unwrap_or_default();
            let title = match self.title.as_str() {
                "" => String::new(),
                title => format!(": “{title}”"),
            };
            let address = self.again.as_ref().unwrap_or(&self.source);
            let text = format!("Weft, data version {version}{of}{title}. {address}");
            known.push(("citeAs", text));
        }
        let notes = self.notes.iter();
        known.extend(notes.map(|(name, text)| (name.as_str(), text.clone())));
        known
    }
}
