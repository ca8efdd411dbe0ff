//! A directory in the Human Services Data Specification (Open Referral, HSDS 3), made of Weft's own
//! model: of any graph, whatever its data came in as.
//!
//! There are two forms, as the specification has them: nested JSON, a page of its API
//! (`GET /organizations?full=true`) with everything an organisation has inside it, and a tabular
//! data package: CSV tables with `datapackage.json`, zipped or in a folder.
//!
//! Ids are UUIDs, since the specification demands that: the `dct:identifier` where it is one, else
//! made from the IRI, so that they stay the same from export to export.

use super::{AppError, KnowledgeGraph, iri};
use crate::ontology::iri as terms;
use crate::store::{GraphTrees, Snapshot};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef,
};
use serde_json::{Map, Value, json};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

macro_rules! properties {
    ($($name:ident = $iri:expr;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

properties! {
    PLACE = "https://w3id.org/weft/ns#place";
    TERRITORY = "https://w3id.org/weft/ns#territory";
    WITHIN = "https://w3id.org/weft/ns#within";
    COUNTRY_CODE = "https://w3id.org/weft/ns#countryCode";
    PART_OF = "https://w3id.org/weft/ns#partOf";
    PROVIDES = "https://w3id.org/weft/ns#provides";
    LEAD_ACTOR = "https://w3id.org/weft/ns#leadActor";
    WEBSITE = "https://w3id.org/weft/ns#website";
    SINCE = "https://w3id.org/weft/ns#since";
    LEGAL_NOTE = "https://w3id.org/weft/ns#legalNote";
    LEGAL_FORM = "https://w3id.org/weft/ns#legalForm";
    STATUS_NOTE = "https://w3id.org/weft/ns#statusNote";
    ELIGIBILITY_NOTE = "https://w3id.org/weft/ns#eligibilityNote";
    ACCESSIBILITY_NOTE = "https://w3id.org/weft/ns#accessibilityNote";
    AREA_NOTE = "https://w3id.org/weft/ns#areaNote";
    FUNDING_NOTE = "https://w3id.org/weft/ns#fundingNote";
    PROVIDER_ROLE = "https://w3id.org/weft/code/link-role/provider";
    ALT_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel";
    BROADER = "http://www.w3.org/2004/02/skos/core#broader";
    LAT = "http://www.w3.org/2003/01/geo/wgs84_pos#lat";
    LONG = "http://www.w3.org/2003/01/geo/wgs84_pos#long";
    ADDRESS = "http://schema.org/address";
    STREET = "http://schema.org/streetAddress";
    LOCALITY = "http://schema.org/addressLocality";
    REGION = "http://schema.org/addressRegion";
    POSTAL_CODE = "http://schema.org/postalCode";
    LANGUAGE = "http://schema.org/availableLanguage";
    OPENING_HOURS = "http://schema.org/openingHours";
    SOURCE = "http://purl.org/dc/terms/source";
}

/// What stands where the specification demands a text and nothing is known. The mapping `hsds`
/// reads it as an empty cell.
const UNKNOWN: &str = "-";

/// Which of an entity's terms are attributes, and what their `link_type` says.
const RELATIONS: [(&str, &str); 9] = [
    ("sector", "https://w3id.org/weft/ns#sector"),
    ("properSector", "https://w3id.org/weft/ns#properSector"),
    ("residualSector", "https://w3id.org/weft/ns#residualSector"),
    ("level", "https://w3id.org/weft/ns#level"),
    ("sphere", "https://w3id.org/weft/ns#sphere"),
    ("legalForm", "https://w3id.org/weft/ns#legalForm"),
    ("actorType", "https://w3id.org/weft/ns#actorType"),
    ("targetGroup", "https://w3id.org/weft/ns#targetGroup"),
    ("classification", "https://w3id.org/weft/ns#classification"),
];

/// The states of a service that the specification knows.
const STATES: [&str; 4] = ["active", "inactive", "defunct", "temporarily closed"];

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type in the data package: `string` or `number`.
    pub kind: &'static str,
    /// Its format in the data package, or nothing.
    pub format: &'static str,
    /// Whether the specification demands a value.
    pub required: bool,
}

/// A table of the data package.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name in the specification.
    pub name: &'static str,
    /// Its file.
    pub path: &'static str,
    /// Its columns, of those that the specification has.
    pub columns: &'static [Column],
}

macro_rules! tables {
    ($($name:literal $path:literal { $($column:ident : $kind:ident)* })*) => {
        /// The tables, in the order in which they are written.
        pub const TABLES: &[Table] = &[$(Table {
            name: $name,
            path: $path,
            columns: &[$(column(stringify!($column), Kind::$kind)),*],
        }),*];
    };
}

#[derive(Clone, Copy)]
enum Kind {
    Id,
    Link,
    MaybeLink,
    Needed,
    Text,
    Uri,
    Number,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    let (format, required) = match kind {
        Kind::Id | Kind::Link => ("uuid", true),
        Kind::MaybeLink => ("uuid", false),
        Kind::Needed => ("", true),
        Kind::Text | Kind::Number => ("", false),
        Kind::Uri => ("uri", false),
    };
    Column {
        name,
        kind: if matches!(kind, Kind::Number) {
            "number"
        } else {
            "string"
        },
        format,
        required,
    }
}

tables! {
    "organization" "organizations.csv" {
        id: Id name: Needed alternate_name: Text description: Needed website: Uri
        year_incorporated: Number legal_status: Text uri: Uri parent_organization_id: MaybeLink
    }
    "organization_identifier" "organization_identifiers.csv" {
        id: Id organization_id: Link identifier_scheme: Text identifier_type: Needed identifier: Needed
    }
    "service" "services.csv" {
        id: Id organization_id: Link name: Needed alternate_name: Text description: Text url: Uri
        status: Needed eligibility_description: Text
    }
    "location" "locations.csv" {
        id: Id location_type: Needed organization_id: MaybeLink name: Text alternate_name: Text
        latitude: Number longitude: Number external_identifier: Text external_identifier_type: Text
    }
    "address" "addresses.csv" {
        id: Id location_id: MaybeLink address_1: Needed city: Needed state_province: Needed
        postal_code: Needed country: Needed address_type: Needed
    }
    "service_at_location" "service_at_location.csv" { id: Id service_id: Link location_id: Link }
    "schedule" "schedules.csv" { id: Id service_id: MaybeLink description: Text }
    "language" "languages.csv" { id: Id service_id: MaybeLink name: Text code: Text }
    "service_area" "service_areas.csv" { id: Id service_id: MaybeLink name: Text uri: Text }
    "accessibility" "accessibility.csv" { id: Id location_id: MaybeLink description: Text }
    "funding" "funding.csv" {
        id: Id organization_id: MaybeLink service_id: MaybeLink source: Text
    }
    "taxonomy" "taxonomies.csv" { id: Id name: Needed description: Needed uri: Uri }
    "taxonomy_term" "taxonomy_terms.csv" {
        id: Id code: Text name: Needed description: Needed parent_id: MaybeLink taxonomy: Text
        language: Text taxonomy_id: MaybeLink term_uri: Uri
    }
    "attribute" "attributes.csv" {
        id: Id link_id: Link taxonomy_term_id: Link link_type: Text link_entity: Needed value: Text
    }
}

/// What the specification has no place for, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Services that nobody is known to provide; the specification demands an organisation.
    pub services_without_provider: usize,
    /// Providers of a service besides the first; the specification takes one.
    pub further_providers: usize,
    /// Innovations: documented practices, which are no offers.
    pub innovations: usize,
}

/// How much a directory holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryCounts {
    /// Organisations.
    pub organizations: usize,
    /// Services.
    pub services: usize,
    /// Locations.
    pub locations: usize,
    /// Terms of taxonomies.
    pub terms: usize,
}

/// A directory of the organisations and services of one graph and those below it, or of all.
pub struct Directory {
    snapshot: Arc<Snapshot>,
    scope: Option<Scope>,
    name: String,
    organizations: Vec<Term>,
    services: Vec<Service>,
    /// Services by the position of their organisation.
    provided: Vec<Vec<usize>>,
    locations: Vec<Location>,
    /// Locations by the position of their organisation.
    own_locations: Vec<Vec<usize>>,
    /// Locations of a place, the first stands for the place itself.
    of_place: HashMap<Term, Vec<usize>>,
    terms: Vec<Term>,
    taxonomies: Vec<Term>,
    ids: HashMap<Term, String>,
    left_out: LeftOut,
}

/// The graphs that are exported, and those that say more about what is in them.
struct Scope {
    source: HashSet<GraphName>,
    context: HashSet<GraphName>,
}

struct Service {
    term: Term,
    organization: usize,
}

struct Location {
    id: String,
    place: Term,
    organization: Option<usize>,
}

type Row = Map<String, Value>;

/// A row without its empty cells.
fn row<const N: usize>(cells: [(&str, Value); N]) -> Row {
    cells
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn without(mut row: Row, names: &[&str]) -> Row {
    for name in names {
        row.remove(*name);
    }
    row
}

impl KnowledgeGraph {
    /// The directory of what a graph, with those below it, describes; of all data without one.
    /// What the rules concluded of it belongs to it.
    ///
    /// # Errors
    /// [`AppError::NoSuchGraph`].
    ///
    /// # Complexity
    /// O(a log n + t), of a actors and services with t terms and places among n quads; rows are
    /// made while they are written.
    pub fn directory(
        &self,
        snapshot: &Arc<Snapshot>,
        graph: Option<&NamedNode>,
    ) -> Result<Directory, AppError> {
        Directory::new(Arc::clone(snapshot), graph)
    }
}

impl Directory {
    fn new(snapshot: Arc<Snapshot>, graph: Option<&NamedNode>) -> Result<Self, AppError> {
        let scope = match graph {
            None => None,
            Some(graph) => {
                let tree = GraphTrees::from([graph.clone()]);
                let mut source = HashSet::new();
                let mut context = HashSet::new();
                for (name, _) in snapshot.graphs() {
                    let GraphName::NamedNode(node) = &name else {
                        continue;
                    };
                    let is_source = tree.contains(node);
                    let helps = [iri::INFERRED_GRAPH, iri::ONTOLOGY_GRAPH].contains(&node.as_ref());
                    if is_source {
                        source.insert(name.clone());
                    }
                    if is_source || helps {
                        context.insert(name);
                    }
                }
                if source.is_empty() {
                    return Err(AppError::NoSuchGraph(graph.clone().into()));
                }
                Some(Scope { source, context })
            }
        };
        let mut directory = Self {
            name: graph.map_or_else(|| "Weft".to_owned(), |graph| graph.as_str().to_owned()),
            snapshot,
            scope,
            organizations: Vec::new(),
            services: Vec::new(),
            provided: Vec::new(),
            locations: Vec::new(),
            own_locations: Vec::new(),
            of_place: HashMap::new(),
            terms: Vec::new(),
            taxonomies: Vec::new(),
            ids: HashMap::new(),
            left_out: LeftOut::default(),
        };
        directory.find_organizations_and_services();
        directory.find_locations();
        directory.find_terms();
        directory.give_ids();
        Ok(directory)
    }

    fn find_organizations_and_services(&mut self) {
        let services = self.described(terms::weft::SERVICE);
        let mut left_out = LeftOut {
            innovations: self.described(terms::weft::INNOVATION).len(),
            ..LeftOut::default()
        };
        let mut offers = Vec::new();
        for service in services {
            let providers = self.providers(&service);
            left_out.further_providers += providers.len().saturating_sub(1);
            match providers.into_iter().next() {
                Some(provider) => offers.push((service, provider)),
                None => left_out.services_without_provider += 1,
            }
        }
        let mut organizations: BTreeMap<String, Term> = self
            .described(terms::weft::ACTOR_CLASS)
            .into_iter()
            .chain(offers.iter().map(|(_, provider)| provider.clone()))
            .map(|term| (term.to_string(), term))
            .collect();
        let positions: HashMap<Term, usize> = organizations
            .values()
            .enumerate()
            .map(|(position, term)| (term.clone(), position))
            .collect();
        self.organizations = std::mem::take(&mut organizations).into_values().collect();
        self.provided = vec![Vec::new(); self.organizations.len()];
        for (term, provider) in offers {
            let Some(organization) = positions.get(&provider).copied() else {
                continue;
            };
            if let Some(provided) = self.provided.get_mut(organization) {
                provided.push(self.services.len());
            }
            self.services.push(Service { term, organization });
        }
        self.left_out = left_out;
    }

    /// Who provides a service, the first in the order of IRIs first: who is said to, else who takes
    /// part as provider, else who leads it.
    fn providers(&self, service: &Term) -> Vec<Term> {
        let said = self.subjects(PROVIDES, service);
        if !said.is_empty() {
            return said;
        }
        let parts = self.subjects(terms::weft::IN, service);
        let taking_part: BTreeMap<String, Term> = parts
            .iter()
            .filter(|part| {
                self.objects(part, terms::weft::ROLE)
                    .iter()
                    .any(|role| role.as_ref() == PROVIDER_ROLE.into())
            })
            .flat_map(|part| self.objects(part, terms::weft::ACTOR))
            .filter(|actor| !matches!(actor, Term::Literal(_)))
            .map(|actor| (actor.to_string(), actor))
            .collect();
        if !taking_part.is_empty() {
            return taking_part.into_values().collect();
        }
        let mut leading = self.objects(service, LEAD_ACTOR);
        leading.retain(|actor| !matches!(actor, Term::Literal(_)));
        leading
    }

    fn find_locations(&mut self) {
        let places = |directory: &Self, thing: &Term| {
            let mut places = directory.objects(thing, PLACE);
            places.retain(|place| !matches!(place, Term::Literal(_)));
            places
        };
        let mut owners: BTreeMap<String, (Term, Vec<usize>)> = BTreeMap::new();
        for (position, organization) in self.organizations.iter().enumerate() {
            for place in places(self, organization) {
                let entry = owners.entry(place.to_string());
                entry
                    .or_insert_with(|| (place, Vec::new()))
                    .1
                    .push(position);
            }
        }
        for service in &self.services {
            for place in places(self, &service.term) {
                let entry = owners.entry(place.to_string());
                entry.or_insert_with(|| (place, Vec::new()));
            }
        }
        self.own_locations = vec![Vec::new(); self.organizations.len()];
        for (place, owners) in owners.into_values() {
            // A location has one organisation: each further one gets a row of its own.
            let mut first = true;
            let owners: Vec<Option<usize>> = if owners.is_empty() {
                vec![None]
            } else {
                owners.into_iter().map(Some).collect()
            };
            for organization in owners {
                let number = self.locations.len();
                let owner = organization.and_then(|position| self.organizations.get(position));
                let id = match owner {
                    Some(owner) if !first => uuid(&format!("{place}\n{owner}")),
                    // Given with the ids of all things.
                    _ => String::new(),
                };
                first = false;
                if let Some(own) = organization.and_then(|at| self.own_locations.get_mut(at)) {
                    own.push(number);
                }
                self.of_place.entry(place.clone()).or_default().push(number);
                self.locations.push(Location {
                    id,
                    place: place.clone(),
                    organization,
                });
            }
        }
    }

    fn find_terms(&mut self) {
        let mut known: BTreeMap<String, Term> = BTreeMap::new();
        let things = self
            .organizations
            .iter()
            .chain(self.services.iter().map(|service| &service.term));
        let mut open: Vec<Term> = things
            .flat_map(|thing| self.relations(thing))
            .map(|(_, term)| term)
            .collect();
        while let Some(term) = open.pop() {
            if let Entry::Vacant(place) = known.entry(term.to_string()) {
                let broader = self.objects(&term, BROADER).into_iter();
                open.extend(broader.filter(|term| !matches!(term, Term::Literal(_))));
                place.insert(term);
            }
        }
        self.terms = known.into_values().collect();
        let taxonomies: BTreeMap<String, Term> = self
            .terms
            .iter()
            .filter_map(|term| self.taxonomy_of(term))
            .map(|scheme| (scheme.to_string(), scheme))
            .collect();
        self.taxonomies = taxonomies.into_values().collect();
    }

    /// Things of different kinds may share a UUID in the source; within a kind the first keeps it.
    fn give_ids(&mut self) {
        let mut ids = HashMap::new();
        let kinds: [Vec<&Term>; 5] = [
            self.organizations.iter().collect(),
            self.services.iter().map(|service| &service.term).collect(),
            self.locations
                .iter()
                .map(|location| &location.place)
                .collect(),
            self.terms.iter().collect(),
            self.taxonomies.iter().collect(),
        ];
        for kind in kinds {
            let mut taken = HashSet::new();
            for term in kind {
                if ids.contains_key(term) {
                    continue;
                }
                let own = self
                    .texts(term, iri::IDENTIFIER)
                    .into_iter()
                    .find(|text| is_uuid(text))
                    .map(|text| text.to_ascii_lowercase())
                    .filter(|id| taken.insert(id.clone()));
                ids.insert(term.clone(), own.unwrap_or_else(|| uuid(&term.to_string())));
            }
        }
        for location in &mut self.locations {
            if location.id.is_empty() {
                location.id = ids.get(&location.place).cloned().unwrap_or_default();
            }
        }
        self.ids = ids;
    }

    /// How much there is.
    pub fn counts(&self) -> DirectoryCounts {
        DirectoryCounts {
            organizations: self.organizations.len(),
            services: self.services.len(),
            locations: self.locations.len(),
            terms: self.terms.len(),
        }
    }

    /// What has no place in it.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Writes all as one page of the specification's API, each organisation with all it has.
    ///
    /// # Errors
    /// That of the writer.
    ///
    /// # Complexity
    /// O(r log n), of r rows among n quads; one organisation is in memory at a time.
    pub fn write_json(&self, output: &mut dyn Write) -> io::Result<()> {
        let count = self.organizations.len();
        write!(
            output,
            "{{\"total_items\":{count},\"total_pages\":1,\"page_number\":1,\"size\":{count},\
             \"first_page\":true,\"last_page\":true,\"empty\":{},\"contents\":[",
            count == 0
        )?;
        for position in 0..count {
            if position > 0 {
                output.write_all(b",")?;
            }
            serde_json::to_writer(&mut *output, &self.nested(position))?;
        }
        output.write_all(b"]}")
    }

    /// Writes all as a zipped data package.
    ///
    /// # Errors
    /// That of the writer.
    ///
    /// # Complexity
    /// As [`Self::write_json`]; one row is in memory at a time.
    pub fn write_zip(&self, output: impl Write) -> io::Result<()> {
        let mut archive = ZipWriter::new_stream(output);
        // Without a time of its own: the same data is the same file.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .large_file(true);
        archive.start_file("datapackage.json", options)?;
        serde_json::to_writer_pretty(&mut archive, &self.package())?;
        for table in TABLES {
            archive.start_file(table.path, options)?;
            self.write_table(table, &mut archive)?;
        }
        archive.finish()?;
        Ok(())
    }

    /// Writes one table as CSV, in UTF-8.
    ///
    /// # Errors
    /// That of the writer.
    pub fn write_table(&self, table: &Table, output: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(table.columns.iter().map(|column| column.name))?;
        let mut write = |row: Row| {
            let cells = table
                .columns
                .iter()
                .map(|column| match row.get(column.name) {
                    None | Some(Value::Null) => String::new(),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                });
            writer.write_record(cells).map_err(io::Error::from)
        };
        self.each_row(table.name, &mut write)?;
        writer.flush()
    }

    /// The `datapackage.json` that describes the tables.
    pub fn package(&self) -> Value {
        let resources: Vec<Value> = TABLES
            .iter()
            .map(|table| {
                let fields: Vec<Value> = table
                    .columns
                    .iter()
                    .map(|column| {
                        let mut field = row([
                            ("name", json!(column.name)),
                            ("type", json!(column.kind)),
                            ("constraints", json!({ "required": column.required })),
                        ]);
                        if !column.format.is_empty() {
                            field.insert("format".to_owned(), json!(column.format));
                        }
                        Value::Object(field)
                    })
                    .collect();
                json!({
                    "name": table.name,
                    "path": table.path,
                    "format": "csv",
                    "mediatype": "text/csv",
                    "encoding": "utf-8",
                    "profile": "tabular-data-resource",
                    "schema": { "primaryKey": "id", "fields": fields },
                })
            })
            .collect();
        json!({
            "name": "human_services_data",
            "title": format!("Human services of {}", self.name),
            "profile": "tabular-data-package",
            "hsds_version": "3.0",
            "homepage": "https://docs.openreferral.org/",
            "weft_data_version": self.snapshot.version(),
            "weft_left_out": {
                "services_without_provider": self.left_out.services_without_provider,
                "further_providers": self.left_out.further_providers,
                "innovations": self.left_out.innovations,
            },
            "resources": resources,
        })
    }

    fn each_row(
        &self,
        table: &str,
        write: &mut dyn FnMut(Row) -> io::Result<()>,
    ) -> io::Result<()> {
        let services = || self.services.iter();
        let mut all = |rows: Vec<Row>| rows.into_iter().try_for_each(&mut *write);
        match table {
            "organization" => self
                .organizations
                .iter()
                .try_for_each(|organization| all(vec![self.organization(organization)])),
            "organization_identifier" => self
                .organizations
                .iter()
                .try_for_each(|organization| all(self.identifiers(organization))),
            "service" => services().try_for_each(|service| all(vec![self.service(service)])),
            "location" => self
                .locations
                .iter()
                .try_for_each(|location| all(vec![self.location(location)])),
            "address" => self
                .locations
                .iter()
                .try_for_each(|location| all(self.addresses(location))),
            "accessibility" => self
                .locations
                .iter()
                .try_for_each(|location| all(self.accessibility(location))),
            "service_at_location" => services().try_for_each(|service| {
                let rows = self.at_locations(service).into_iter();
                all(rows.map(|(row, _)| row).collect())
            }),
            "schedule" => services().try_for_each(|service| all(self.schedules(service))),
            "language" => services().try_for_each(|service| all(self.languages(service))),
            "service_area" => services().try_for_each(|service| all(self.areas(service))),
            "funding" => {
                for organization in &self.organizations {
                    all(self.funding(organization, "organization_id"))?;
                }
                services().try_for_each(|service| all(self.funding(&service.term, "service_id")))
            }
            "taxonomy" => self
                .taxonomies
                .iter()
                .try_for_each(|taxonomy| all(vec![self.taxonomy(taxonomy)])),
            "taxonomy_term" => self
                .terms
                .iter()
                .try_for_each(|term| all(vec![self.taxonomy_term(term)])),
            "attribute" => {
                for organization in &self.organizations {
                    let rows = self.attributes(organization, "organization").into_iter();
                    all(rows.map(|(row, _)| row).collect())?;
                }
                services().try_for_each(|service| {
                    let rows = self.attributes(&service.term, "service").into_iter();
                    all(rows.map(|(row, _)| row).collect())
                })
            }
            _ => Ok(()),
        }
    }

    /// An organisation with all it has.
    fn nested(&self, position: usize) -> Value {
        let Some(organization) = self.organizations.get(position) else {
            return Value::Null;
        };
        let mut object = self.organization(organization);
        let of = |numbers: Option<&Vec<usize>>| numbers.cloned().unwrap_or_default();
        let own = of(self.own_locations.get(position));
        let locations = own.iter().filter_map(|number| self.locations.get(*number));
        let provided = of(self.provided.get(position));
        let services = provided
            .iter()
            .filter_map(|number| self.services.get(*number));
        put(&mut object, "organization_identifiers", {
            let rows = self.identifiers(organization).into_iter();
            rows.map(|row| without(row, &["organization_id"]))
        });
        put(&mut object, "funding", {
            let rows = self.funding(organization, "organization_id").into_iter();
            rows.map(|row| without(row, &["organization_id"]))
        });
        put(
            &mut object,
            "locations",
            locations.map(|location| self.nested_location(location)),
        );
        put(
            &mut object,
            "attributes",
            self.nested_attributes(organization, "organization"),
        );
        put(
            &mut object,
            "services",
            services.map(|service| self.nested_service(service)),
        );
        Value::Object(object)
    }

    fn nested_service(&self, service: &Service) -> Row {
        let mut object = without(self.service(service), &["organization_id"]);
        let own = |rows: Vec<Row>| {
            rows.into_iter()
                .map(|row| without(row, &["service_id"]))
                .collect::<Vec<_>>()
        };
        put(&mut object, "schedules", own(self.schedules(service)));
        put(&mut object, "service_areas", own(self.areas(service)));
        put(&mut object, "languages", own(self.languages(service)));
        put(
            &mut object,
            "funding",
            own(self.funding(&service.term, "service_id")),
        );
        let places = self
            .at_locations(service)
            .into_iter()
            .map(|(row, location)| {
                let mut row = without(row, &["service_id", "location_id"]);
                row.insert(
                    "location".to_owned(),
                    Value::Object(self.nested_location(location)),
                );
                row
            });
        put(&mut object, "service_at_locations", places);
        put(
            &mut object,
            "attributes",
            self.nested_attributes(&service.term, "service"),
        );
        object
    }

    fn nested_location(&self, location: &Location) -> Row {
        let mut object = without(self.location(location), &["organization_id"]);
        let own = |rows: Vec<Row>| {
            rows.into_iter()
                .map(|row| without(row, &["location_id"]))
                .collect::<Vec<_>>()
        };
        put(&mut object, "addresses", own(self.addresses(location)));
        put(
            &mut object,
            "accessibility",
            own(self.accessibility(location)),
        );
        object
    }

    fn nested_attributes(&self, thing: &Term, entity: &str) -> Vec<Row> {
        let attributes = self.attributes(thing, entity).into_iter();
        let nested = attributes.map(|(row, term)| {
            let mut row = without(row, &["link_id", "taxonomy_term_id"]);
            let mut inner = without(self.taxonomy_term(&term), &["taxonomy_id"]);
            if let Some(taxonomy) = self.taxonomy_of(&term) {
                let taxonomy = Value::Object(self.taxonomy(&taxonomy));
                inner.insert("taxonomy_detail".to_owned(), taxonomy);
            }
            row.insert("taxonomy_term".to_owned(), Value::Object(inner));
            row
        });
        nested.collect()
    }

    fn organization(&self, organization: &Term) -> Row {
        let name = self.name_of(organization);
        let parent = self.objects(organization, PART_OF).into_iter();
        let parent = parent
            .filter(|parent| {
                self.organizations
                    .binary_search_by(|known| known.to_string().cmp(&parent.to_string()))
                    .is_ok()
            })
            .find_map(|parent| self.ids.get(&parent).cloned());
        let legal = self.text(organization, &[LEGAL_NOTE]).or_else(|| {
            let form = self.objects(organization, LEGAL_FORM).into_iter().next();
            form.map(|form| self.name_of(&form))
        });
        let since = self.texts(organization, SINCE);
        let founded = since.iter().filter_map(|text| year(text)).min();
        row([
            ("id", json!(self.ids.get(organization))),
            ("alternate_name", json!(self.alternate_name(organization))),
            (
                "description",
                json!(
                    self.description(organization)
                        .unwrap_or_else(|| name.clone())
                ),
            ),
            ("name", json!(name)),
            ("website", json!(self.website(organization))),
            ("year_incorporated", json!(founded)),
            ("legal_status", json!(legal)),
            ("uri", json!(uri(organization))),
            ("parent_organization_id", json!(parent)),
        ])
    }

    fn identifiers(&self, organization: &Term) -> Vec<Row> {
        let id = self.ids.get(organization);
        let identifiers = self.texts(organization, iri::IDENTIFIER).into_iter();
        identifiers
            .filter(|identifier| Some(identifier) != id)
            .map(|identifier| {
                row([
                    (
                        "id",
                        json!(uuid(&format!("{organization}\nidentifier\n{identifier}"))),
                    ),
                    ("organization_id", json!(id)),
                    ("identifier_type", json!("Identifier of the source")),
                    ("identifier", json!(identifier)),
                ])
            })
            .collect()
    }

    fn service(&self, service: &Service) -> Row {
        let term = &service.term;
        let organization = self.organizations.get(service.organization);
        let organization = organization.and_then(|organization| self.ids.get(organization));
        let status = self.texts(term, STATUS_NOTE);
        let status = status
            .iter()
            .map(|text| text.to_lowercase())
            .find(|text| STATES.contains(&text.as_str()));
        let eligibility = self.texts(term, ELIGIBILITY_NOTE).join("\n");
        row([
            ("id", json!(self.ids.get(term))),
            ("organization_id", json!(organization)),
            ("name", json!(self.name_of(term))),
            ("alternate_name", json!(self.alternate_name(term))),
            ("description", json!(self.description(term))),
            ("url", json!(self.website(term))),
            // What a directory lists is offered unless it says otherwise.
            ("status", json!(status.as_deref().unwrap_or("active"))),
            ("eligibility_description", unless_empty(eligibility)),
        ])
    }

    fn location(&self, location: &Location) -> Row {
        let place = &location.place;
        let organization = location.organization;
        let organization = organization.and_then(|position| self.organizations.get(position));
        let number = |property| {
            let texts = self.texts(place, property);
            texts.iter().find_map(|text| number(text))
        };
        let external = uri(place);
        row([
            ("id", json!(location.id)),
            ("location_type", json!("physical")),
            (
                "organization_id",
                json!(organization.and_then(|term| self.ids.get(term))),
            ),
            (
                "name",
                json!(self.text(place, &[iri::PREF_LABEL, rdfs::LABEL])),
            ),
            ("alternate_name", json!(self.alternate_name(place))),
            ("latitude", json!(number(LAT))),
            ("longitude", json!(number(LONG))),
            (
                "external_identifier_type",
                json!(external.as_ref().map(|_| "IRI")),
            ),
            ("external_identifier", json!(external)),
        ])
    }

    fn addresses(&self, location: &Location) -> Vec<Row> {
        let place = &location.place;
        let addresses = self.objects(place, ADDRESS).into_iter();
        addresses
            .filter(|address| !matches!(address, Term::Literal(_)))
            .map(|address| {
                let known = |property| {
                    let text = self.text(&address, &[property]);
                    json!(text.unwrap_or_else(|| UNKNOWN.to_owned()))
                };
                let town = self.objects(place, WITHIN).into_iter();
                let mut whose = [address.clone(), place.clone()].into_iter().chain(town);
                let country = whose.find_map(|thing| self.text(&thing, &[COUNTRY_CODE]));
                row([
                    ("id", json!(uuid(&format!("{address}\n{}", location.id)))),
                    ("location_id", json!(location.id)),
                    ("address_1", known(STREET)),
                    ("city", known(LOCALITY)),
                    ("state_province", known(REGION)),
                    ("postal_code", known(POSTAL_CODE)),
                    (
                        "country",
                        json!(country.unwrap_or_else(|| UNKNOWN.to_owned())),
                    ),
                    ("address_type", json!("physical")),
                ])
            })
            .collect()
    }

    fn accessibility(&self, location: &Location) -> Vec<Row> {
        let texts = self.texts(&location.place, ACCESSIBILITY_NOTE).into_iter();
        texts
            .map(|text| {
                row([
                    (
                        "id",
                        json!(uuid(&format!("{}\naccessibility\n{text}", location.id))),
                    ),
                    ("location_id", json!(location.id)),
                    ("description", json!(text)),
                ])
            })
            .collect()
    }

    /// Where a service is, each with the location: that of its own organisation if the place has
    /// several.
    fn at_locations(&self, service: &Service) -> Vec<(Row, &Location)> {
        let id = self.ids.get(&service.term);
        let places = self.objects(&service.term, PLACE).into_iter();
        places
            .filter_map(|place| {
                let numbers = self.of_place.get(&place)?;
                let mut locations = numbers
                    .iter()
                    .filter_map(|number| self.locations.get(*number));
                let first = locations.next()?;
                let is_own =
                    |location: &&Location| location.organization == Some(service.organization);
                let location = if is_own(&first) {
                    first
                } else {
                    locations.find(is_own).unwrap_or(first)
                };
                let own = uuid(&format!("{}\n{}", service.term, location.id));
                let row = row([
                    ("id", json!(own)),
                    ("service_id", json!(id)),
                    ("location_id", json!(location.id)),
                ]);
                Some((row, location))
            })
            .collect()
    }

    fn schedules(&self, service: &Service) -> Vec<Row> {
        self.notes(service, OPENING_HOURS, "description")
    }

    fn languages(&self, service: &Service) -> Vec<Row> {
        let mut rows = self.notes(service, LANGUAGE, "name");
        for row in &mut rows {
            let code = row.get("name").and_then(Value::as_str).map(str::to_owned);
            let is_code = |text: &String| {
                (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
            };
            if let Some(code) = code.filter(is_code) {
                row.insert("code".to_owned(), json!(code));
            }
        }
        rows
    }

    fn areas(&self, service: &Service) -> Vec<Row> {
        let mut rows = self.notes(service, AREA_NOTE, "name");
        for area in self.objects(&service.term, TERRITORY) {
            rows.push(row([
                (
                    "id",
                    json!(uuid(&format!("{}\nterritory\n{area}", service.term))),
                ),
                ("service_id", json!(self.ids.get(&service.term))),
                ("name", json!(self.name_of(&area))),
                ("uri", json!(uri(&area))),
            ]));
        }
        rows
    }

    fn funding(&self, thing: &Term, link: &str) -> Vec<Row> {
        let texts = self.texts(thing, FUNDING_NOTE).into_iter();
        texts
            .map(|text| {
                row([
                    ("id", json!(uuid(&format!("{thing}\nfunding\n{text}")))),
                    (link, json!(self.ids.get(thing))),
                    ("source", json!(text)),
                ])
            })
            .collect()
    }

    /// A row for each text that a property of a service has.
    fn notes(&self, service: &Service, property: NamedNodeRef<'_>, column: &str) -> Vec<Row> {
        let texts = self.texts(&service.term, property).into_iter();
        texts
            .map(|text| {
                let key = format!("{}\n{}\n{text}", service.term, property.as_str());
                row([
                    ("id", json!(uuid(&key))),
                    ("service_id", json!(self.ids.get(&service.term))),
                    (column, json!(text)),
                ])
            })
            .collect()
    }

    fn taxonomy(&self, taxonomy: &Term) -> Row {
        let name = self.name_of(taxonomy);
        let published = self.objects(taxonomy, SOURCE).into_iter();
        let published = published.filter_map(|term| uri(&term)).next();
        row([
            ("id", json!(self.ids.get(taxonomy))),
            (
                "description",
                json!(self.description(taxonomy).unwrap_or_else(|| name.clone())),
            ),
            ("name", json!(name)),
            ("uri", json!(published.or_else(|| uri(taxonomy)))),
        ])
    }

    fn taxonomy_term(&self, term: &Term) -> Row {
        let label = self.best(term, &[iri::PREF_LABEL, rdfs::LABEL, iri::TITLE]);
        let language = label
            .as_ref()
            .and_then(|label| label.language().map(str::to_owned));
        let name = label.map_or_else(|| end_of(term), |label| label.value().to_owned());
        let notation = self.texts(term, iri::NOTATION).into_iter().next();
        let parent = self.objects(term, BROADER).into_iter();
        let parent = parent.filter_map(|parent| self.ids.get(&parent)).next();
        let taxonomy = self.taxonomy_of(term);
        let definition = self.text(term, &[iri::DEFINITION, iri::DESCRIPTION]);
        row([
            ("id", json!(self.ids.get(term))),
            ("code", json!(notation)),
            (
                "description",
                json!(definition.unwrap_or_else(|| name.clone())),
            ),
            ("name", json!(name)),
            ("parent_id", json!(parent)),
            (
                "taxonomy",
                json!(taxonomy.as_ref().map(|scheme| self.name_of(scheme))),
            ),
            ("language", json!(language)),
            (
                "taxonomy_id",
                json!(taxonomy.as_ref().and_then(|scheme| self.ids.get(scheme))),
            ),
            ("term_uri", json!(uri(term))),
        ])
    }

    /// The terms that a thing has, each with its row.
    fn attributes(&self, thing: &Term, entity: &str) -> Vec<(Row, Term)> {
        let relations = self.relations(thing).into_iter();
        relations
            .map(|(relation, term)| {
                // The codes of Weft's own lists are told by their IRI, so that they can come back.
                let code = uri(&term).filter(|iri| iri.starts_with(iri::CODE));
                let row = row([
                    ("id", json!(uuid(&format!("{thing}\n{relation}\n{term}")))),
                    ("link_id", json!(self.ids.get(thing))),
                    ("taxonomy_term_id", json!(self.ids.get(&term))),
                    ("link_type", json!(relation)),
                    ("link_entity", json!(entity)),
                    ("value", json!(code)),
                ]);
                (row, term)
            })
            .collect()
    }

    fn relations(&self, thing: &Term) -> Vec<(&'static str, Term)> {
        let relations = RELATIONS.iter().flat_map(|(relation, property)| {
            let property = NamedNodeRef::new_unchecked(property);
            let terms = self.objects(thing, property).into_iter();
            terms
                .filter(|term| !matches!(term, Term::Literal(_)))
                .map(move |term| (*relation, term))
        });
        relations.collect()
    }

    fn taxonomy_of(&self, term: &Term) -> Option<Term> {
        let mut schemes = self.objects(term, iri::IN_SCHEME).into_iter();
        schemes.find(|scheme| !matches!(scheme, Term::Literal(_)))
    }

    fn name_of(&self, thing: &Term) -> String {
        let properties = [iri::PREF_LABEL, rdfs::LABEL, iri::TITLE, iri::FOAF_NAME];
        self.text(thing, &properties)
            .unwrap_or_else(|| end_of(thing))
    }

    fn alternate_name(&self, thing: &Term) -> Option<String> {
        self.text(thing, &[ALT_LABEL])
    }

    fn description(&self, thing: &Term) -> Option<String> {
        self.text(thing, &[iri::DESCRIPTION, iri::DEFINITION, rdfs::COMMENT])
    }

    fn website(&self, thing: &Term) -> Option<String> {
        let pages = self.objects(thing, WEBSITE).into_iter();
        pages.filter_map(|page| uri(&page)).next()
    }

    /// The things of a class that the graphs describe, in the order of their IRIs.
    fn described(&self, class: NamedNodeRef<'_>) -> Vec<Term> {
        let mut things = self.subjects(rdf::TYPE, &class.into_owned().into());
        if let Some(scope) = &self.scope {
            things.retain(|thing| {
                self.snapshot
                    .quads_for_pattern(Some(thing.as_ref()), None, None, None)
                    .any(|quad| scope.source.contains(&quad.graph_name))
            });
        }
        things
    }

    fn is_within(&self, graph: &GraphName) -> bool {
        let scope = self.scope.as_ref();
        scope.is_none_or(|scope| scope.context.contains(graph))
    }

    fn objects(&self, subject: &Term, predicate: NamedNodeRef<'_>) -> Vec<Term> {
        let subject: TermRef<'_> = subject.as_ref();
        if matches!(subject, TermRef::Literal(_)) {
            return Vec::new();
        }
        let quads = self
            .snapshot
            .quads_for_pattern(Some(subject), Some(predicate), None, None);
        in_order(
            quads
                .filter(|quad| self.is_within(&quad.graph_name))
                .map(|quad| quad.object),
        )
    }

    fn subjects(&self, predicate: NamedNodeRef<'_>, object: &Term) -> Vec<Term> {
        let quads =
            self.snapshot
                .quads_for_pattern(None, Some(predicate), Some(object.as_ref()), None);
        in_order(quads.filter(|quad| self.is_within(&quad.graph_name)).map(
            |quad| match quad.subject {
                NamedOrBlankNode::NamedNode(node) => node.into(),
                NamedOrBlankNode::BlankNode(node) => node.into(),
            },
        ))
    }

    fn texts(&self, subject: &Term, predicate: NamedNodeRef<'_>) -> Vec<String> {
        let texts: BTreeSet<String> = self
            .objects(subject, predicate)
            .into_iter()
            .filter_map(|term| match term {
                Term::Literal(literal) => Some(literal.value().to_owned()),
                _ => None,
            })
            .collect();
        texts.into_iter().collect()
    }

    /// The value of the first property that has one: English, else without a language, else
    /// whatever there is.
    fn best(&self, subject: &Term, properties: &[NamedNodeRef<'_>]) -> Option<Literal> {
        let rank = |literal: &Literal| match literal.language() {
            Some(language) if language == "en" || language.starts_with("en-") => 0,
            None => 1,
            Some(_) => 2,
        };
        properties.iter().find_map(|property| {
            let values = self.objects(subject, *property).into_iter();
            let literals = values.filter_map(|term| match term {
                Term::Literal(literal) if !literal.value().trim().is_empty() => Some(literal),
                _ => None,
            });
            literals.min_by_key(|literal| (rank(literal), literal.value().to_owned()))
        })
    }

    fn text(&self, subject: &Term, properties: &[NamedNodeRef<'_>]) -> Option<String> {
        let literal = self.best(subject, properties)?;
        Some(literal.value().to_owned())
    }
}

/// Puts rows under a name, unless there are none.
fn put(object: &mut Row, name: &str, rows: impl IntoIterator<Item = Row>) {
    let rows: Vec<Value> = rows.into_iter().map(Value::Object).collect();
    if !rows.is_empty() {
        object.insert(name.to_owned(), Value::Array(rows));
    }
}

fn in_order(terms: impl Iterator<Item = Term>) -> Vec<Term> {
    let terms: BTreeMap<String, Term> = terms.map(|term| (term.to_string(), term)).collect();
    terms.into_values().collect()
}

fn unless_empty(text: String) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        json!(text)
    }
}

/// The address that a term is, if it is one of the web.
fn uri(term: &Term) -> Option<String> {
    match term {
        Term::NamedNode(node) if node.as_str().starts_with("http") => {
            Some(node.as_str().to_owned())
        }
        _ => None,
    }
}

/// A name for a thing that has none.
fn end_of(term: &Term) -> String {
    let text = match term {
        Term::NamedNode(node) => node.as_str(),
        other => return other.to_string(),
    };
    text.trim_end_matches(['/', '#'])
        .rsplit(['/', '#'])
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(text)
        .to_owned()
}

fn year(text: &str) -> Option<u16> {
    text.get(..4)?.parse().ok()
}

/// A number as JSON writes it.
fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

/// A UUID made from a text (version 8 of RFC 9562: the bits are ours to choose).
fn uuid(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests;
