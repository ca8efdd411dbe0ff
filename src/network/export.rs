//! Networks as files that other programs read.
//!
//! The columns of node scores come from the caller, so that this room needs to know no metric.
//!
//! | | GraphML | GEXF | JSON | CSV | Pajek | DL |
//! |---|---|---|---|---|---|---|
//! | nodes without ties | yes | yes | yes | no | yes | yes |
//! | labels | yes | yes | yes | yes | no | no |
//! | sector, level, sphere, place | yes | yes | yes | no | no | no |
//! | scores | yes | yes | yes | no | no | no |
//! | title, description, version, filter | yes | as text | yes | no | comment | no |
//! | two sides | yes | yes | yes | no | yes | yes |
//! | where nodes are drawn | no | yes | no | no | no | no |
//!
//! Nodes go by their IRI in every format; ties are in the order of the network. A tie whose
//! weight is unknown has none in the file. Programs read that in their own ways: NetworkX and
//! igraph as missing, Gephi, Pajek and UCINET as 1.
//!
//! What the readers accept was tried with NetworkX 3.6 and python-igraph 1.0; for Gephi it was
//! read from the source of its importers, for UCINET from the DL page of its help.

use super::{Attribute, Category, Mode, Network, Tie};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};

/// A file format of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// GraphML 1.0, for NetworkX, igraph, Gephi, Cytoscape, yEd.
    ///
    /// Node ids are IRIs. The GraphML schema would have name tokens, without slashes; no reader
    /// insists on it, and scripts find the nodes by what they stand for.
    /// igraph shows an ampersand in an id as `&#38;`.
    GraphMl,
    /// GEXF 1.2, for Gephi. Version 1.3 has nothing that is needed here, and NetworkX reads it
    /// from 3.6 on only.
    Gexf,
    /// The node-link form of NetworkX (`node_link_graph(data, edges="edges")`) and of D3.
    Json,
    /// An edge list: `source`, `target`, `weight`, `type` (as Gephi wants it), `sourceLabel`,
    /// `targetLabel`. Nodes without ties cannot be in it.
    Csv,
    /// Pajek, a `.net` file of vertices and edges or arcs.
    ///
    /// Scores are left out: readers of `.net` files take no vectors in them. Two-mode networks
    /// say how many vertices are on the first side, which Pajek and igraph understand and
    /// NetworkX does not.
    Pajek,
    /// DL, the data language of UCINET.
    ///
    /// The format has no undirected ties, so these are written both ways, and a symmetric matrix
    /// results. Two-mode networks are matrices of rows and columns (`edgelist2`), which igraph
    /// and Gephi do not read. Versions of UCINET that keep 18 characters of a label cut the IRIs;
    /// the numbers of the nodes are the order of the network.
    Dl,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::GraphMl,
        Self::Gexf,
        Self::Json,
        Self::Csv,
        Self::Pajek,
        Self::Dl,
    ];

    /// How file names end, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::GraphMl => "graphml",
            Self::Gexf => "gexf",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Pajek => "net",
            Self::Dl => "dl",
        }
    }

    /// The content type. Pajek and DL have none of their own.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::GraphMl => "application/graphml+xml",
            Self::Gexf => "application/gexf+xml",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pajek | Self::Dl => "text/plain; charset=utf-8",
        }
    }

    /// The format of a file name, or of what follows its last dot; capital letters do not matter.
    pub fn by_extension(name: &str) -> Option<Self> {
        let end = name.rsplit('.').next().unwrap_or(name);
        Self::ALL
            .into_iter()
            .find(|format| format.extension().eq_ignore_ascii_case(end))
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::GraphMl => "GraphML",
            Self::Gexf => "GEXF",
            Self::Json => "JSON node-link data",
            Self::Csv => "CSV edge list",
            Self::Pajek => "Pajek",
            Self::Dl => "UCINET DL",
        }
    }
}

/// A column of node scores.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// Its name; none of those that nodes have anyway (`label`, `sector`, `mode`, …).
    pub id: &'a str,
    /// One value for each node, in the order of the network. Missing ones count as undefined.
    pub values: ColumnValues,
}

/// The values of a column; `None` where the score is undefined, and then left out of XML formats
/// and null in JSON.
#[derive(Clone, Debug)]
pub enum ColumnValues {
    /// Whole numbers.
    Counts(Vec<Option<i64>>),
    /// Real numbers. What is not finite counts as undefined.
    Reals(Vec<Option<f64>>),
    /// Yes or no.
    Flags(Vec<Option<bool>>),
}

impl ColumnValues {
    /// The type in GraphML and GEXF, which have the same names for them.
    fn kind(&self) -> &'static str {
        match self {
            Self::Counts(_) => "long",
            Self::Reals(_) => "double",
            Self::Flags(_) => "boolean",
        }
    }

    fn text(&self, node: u32) -> Option<String> {
        let node = node as usize;
        match self {
            Self::Counts(values) => values.get(node).copied()?.map(|value| value.to_string()),
            Self::Reals(values) => values
                .get(node)
                .copied()?
                .filter(|value| value.is_finite())
                .map(|value| value.to_string()),
            Self::Flags(values) => values.get(node).copied()?.map(|value| value.to_string()),
        }
    }

    fn json(&self, node: u32) -> Value {
        let node = node as usize;
        match self {
            Self::Counts(values) => json!(values.get(node).copied().flatten()),
            // serde_json makes null of what is not finite.
            Self::Reals(values) => json!(values.get(node).copied().flatten()),
            Self::Flags(values) => json!(values.get(node).copied().flatten()),
        }
    }
}

/// What a file says of its network as a whole.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The id of the network.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Which nodes count, and what a tie means.
    pub description: &'a str,
    /// The data version that it was made from.
    pub data_version: u64,
    /// What was filtered for, as in a URL; empty if nothing was.
    pub filter: &'a str,
    /// Where the nodes are drawn, in the order of the network, if they are: to the right, then
    /// upwards, from -1 to 1.
    pub points: Option<&'a [[f64; 2]]>,
}

/// Writes a network.
///
/// `output` is written to in small pieces: a file or a socket needs a [`io::BufWriter`].
/// The same network, columns and format give the same bytes. An empty network gives a valid file.
/// Numbers are the shortest decimals that give the same number again.
///
/// Time **O(|V| · columns + |E|)**, extra space **O(|V|)**.
///
/// # Errors
/// Those of `output`.
pub fn write(
    network: &Network,
    about: &About<'_>,
    columns: &[Column<'_>],
    format: ExportFormat,
    mut output: impl Write,
) -> io::Result<()> {
    let to = &mut output;
    match format {
        ExportFormat::GraphMl => graphml(network, about, columns, to),
        ExportFormat::Gexf => gexf(network, about, columns, to),
        ExportFormat::Json => node_link(network, about, columns, to),
        ExportFormat::Csv => edge_list(network, to),
        ExportFormat::Pajek => pajek(network, about, to),
        ExportFormat::Dl => dl(network, to),
    }?;
    output.flush()
}

/// A name for each node, different from all others even where nodes are literals or `clean` makes
/// two of them alike.
fn names(network: &Network, clean: impl Fn(&str) -> String) -> Vec<String> {
    let mut taken = HashSet::with_capacity(network.len());
    network
        .nodes()
        .iter()
        .map(|node| {
            let mut name = clean(node.id());
            if name.is_empty() || taken.contains(&name) {
                name = clean(&node.term.to_string());
            }
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            name
        })
        .collect()
}

/// The weight, if it is known.
fn weight(tie: &Tie) -> Option<f64> {
    Some(tie.weight).filter(|weight| weight.is_finite())
}

fn side(mode: Mode) -> u8 {
    match mode {
        Mode::First => 0,
        Mode::Second => 1,
    }
}

fn side_of(network: &Network, node: u32) -> Option<String> {
    let node = network.nodes().get(node as usize)?;
    Some(side(node.mode).to_string())
}

/// What a node belongs to.
fn memberships(
    network: &Network,
    attribute: Attribute,
    node: u32,
) -> impl Iterator<Item = &Category> {
    let grouping = network.grouping(attribute);
    let numbers = grouping.of(node).iter();
    numbers.filter_map(|number| grouping.categories().get(*number as usize))
}

fn label_key(attribute: Attribute) -> String {
    format!("{}Label", attribute.name())
}

/// A node attribute of the XML formats. Their types are the same.
struct Field<'a> {
    name: Cow<'a, str>,
    kind: &'static str,
    text: Box<dyn Fn(u32) -> Option<String> + 'a>,
}

fn fields<'a>(network: &'a Network, columns: &'a [Column<'a>]) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    if network.is_two_mode() {
        fields.push(Field {
            name: "mode".into(),
            kind: "long",
            text: Box::new(|node| side_of(network, node)),
        });
    }
    for attribute in Attribute::ALL {
        let joined = move |of: fn(&Category) -> &str, between: &str, node| {
            let all: Vec<&str> = memberships(network, attribute, node).map(of).collect();
            Some(all.join(between)).filter(|text| !text.is_empty())
        };
        fields.push(Field {
            name: attribute.name().into(),
            kind: "string",
            text: Box::new(move |node| joined(Category::id, ";", node)),
        });
        fields.push(Field {
            name: label_key(attribute).into(),
            kind: "string",
            text: Box::new(move |node| joined(|category| &category.label, "; ", node)),
        });
    }
    fields.extend(columns.iter().map(|column| Field {
        name: column.id.into(),
        kind: column.values.kind(),
        text: Box::new(|node| column.values.text(node)),
    }));
    fields
}

/// Text in XML, in elements and in attributes.
///
/// XML 1.0 has no way to write most control characters; U+FFFD stands for them. Tabs and line
/// ends would become spaces in attributes, so they are written as references.
struct Xml<'a>(&'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\t' | '\n' | '\r' => write!(formatter, "&#{};", u32::from(character))?,
                _ => write!(formatter, "{}", in_xml(character))?,
            }
        }
        Ok(())
    }
}

/// The character, or its replacement if XML 1.0 does not allow it.
fn in_xml(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' => character,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

fn xml_names(network: &Network) -> Vec<String> {
    names(network, |text| text.chars().map(in_xml).collect())
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

fn graphml(
    network: &Network,
    about: &About<'_>,
    columns: &[Column<'_>],
    to: &mut impl Write,
) -> io::Result<()> {
    let version = about.data_version.to_string();
    let of_graph = [
        ("title", "string", about.title),
        ("description", "string", about.description),
        ("dataVersion", "long", version.as_str()),
        ("filter", "string", about.filter),
    ];
    let mut of_nodes = vec![Field {
        name: "label".into(),
        kind: "string",
        text: Box::new(|node| Some(network.nodes().get(node as usize)?.label.clone())),
    }];
    of_nodes.extend(fields(network, columns));
    if network.is_two_mode() {
        // The name that NetworkX's bipartite functions ask for.
        of_nodes.push(Field {
            name: "bipartite".into(),
            kind: "long",
            text: Box::new(|node| side_of(network, node)),
        });
    }

    writeln!(to, "{XML}")?;
    writeln!(
        to,
        r#"<graphml xmlns="http://graphml.graphdrawing.org/xmlns">"#
    )?;
    for (number, (name, kind, _)) in of_graph.iter().enumerate() {
        writeln!(
            to,
            r#"  <key id="g{number}" for="graph" attr.name="{name}" attr.type="{kind}"/>"#
        )?;
    }
    for (number, field) in of_nodes.iter().enumerate() {
        writeln!(
            to,
            r#"  <key id="n{number}" for="node" attr.name="{}" attr.type="{}"/>"#,
            Xml(&field.name),
            field.kind
        )?;
    }
    writeln!(
        to,
        r#"  <key id="e0" for="edge" attr.name="weight" attr.type="double"/>"#
    )?;
    writeln!(
        to,
        r#"  <graph id="{}" edgedefault="{}">"#,
        Xml(about.id),
        direction(network)
    )?;
    for (number, (_, _, text)) in of_graph.iter().enumerate() {
        if !text.is_empty() {
            writeln!(to, r#"    <data key="g{number}">{}</data>"#, Xml(text))?;
        }
    }
    let names = xml_names(network);
    for (node, name) in (0..).zip(&names) {
        write!(to, r#"    <node id="{}">"#, Xml(name))?;
        for (number, field) in of_nodes.iter().enumerate() {
            if let Some(text) = (field.text)(node) {
                write!(to, r#"<data key="n{number}">{}</data>"#, Xml(&text))?;
            }
        }
        writeln!(to, "</node>")?;
    }
    for tie in network.ties() {
        write!(
            to,
            r#"    <edge source="{}" target="{}""#,
            Xml(&names[tie.source as usize]),
            Xml(&names[tie.target as usize])
        )?;
        match weight(tie) {
            Some(weight) => writeln!(to, r#"><data key="e0">{weight}</data></edge>"#)?,
            None => writeln!(to, "/>")?,
        }
    }
    writeln!(to, "  </graph>\n</graphml>")
}

fn direction(network: &Network) -> &'static str {
    if network.is_directed() {
        "directed"
    } else {
        "undirected"
    }
}

/// Half the longer side of a drawing in GEXF: Gephi draws nodes some units wide.
const GEXF_HALF: f64 = 1_000.0;

/// Attributes of the graph as a whole have no place in GEXF, and NetworkX refuses a file that
/// declares some, so they are lines of the description.
fn gexf(
    network: &Network,
    about: &About<'_>,
    columns: &[Column<'_>],
    to: &mut impl Write,
) -> io::Result<()> {
    let fields = fields(network, columns);
    writeln!(to, "{XML}")?;
    // Declared only where it is used, as before there were drawings.
    let viz = match about.points {
        Some(_) => r#" xmlns:viz="http://www.gexf.net/1.2draft/viz""#,
        None => "",
    };
    writeln!(
        to,
        r#"<gexf xmlns="http://www.gexf.net/1.2draft"{viz} version="1.2">"#
    )?;
    let description = lines_about(about).join("\n");
    writeln!(to, "  <meta>\n    <creator>Weft</creator>")?;
    writeln!(to, "    <description>{}</description>", Xml(&description))?;
    writeln!(to, "  </meta>")?;
    writeln!(
        to,
        r#"  <graph mode="static" defaultedgetype="{}">"#,
        direction(network)
    )?;
    writeln!(to, r#"    <attributes class="node" mode="static">"#)?;
    for (number, field) in fields.iter().enumerate() {
        writeln!(
            to,
            r#"      <attribute id="{number}" title="{}" type="{}"/>"#,
            Xml(&field.name),
            field.kind
        )?;
    }
    writeln!(to, "    </attributes>\n    <nodes>")?;
    let names = xml_names(network);
    for ((number, name), node) in (0..).zip(&names).zip(network.nodes()) {
        write!(
            to,
            r#"      <node id="{}" label="{}"><attvalues>"#,
            Xml(name),
            Xml(&node.label)
        )?;
        for (field_number, field) in fields.iter().enumerate() {
            if let Some(text) = (field.text)(number) {
                let text = Xml(&text);
                write!(to, r#"<attvalue for="{field_number}" value="{text}"/>"#)?;
            }
        }
        write!(to, "</attvalues>")?;
        let points = about.points.unwrap_or_default();
        if let Some([x, y]) = points.get(number as usize) {
            let (x, y) = (x * GEXF_HALF, y * GEXF_HALF);
            write!(to, r#"<viz:position x="{x}" y="{y}" z="0.0"/>"#)?;
        }
        writeln!(to, "</node>")?;
    }
    writeln!(to, "    </nodes>\n    <edges>")?;
    for (number, tie) in network.ties().iter().enumerate() {
        write!(
            to,
            r#"      <edge id="{number}" source="{}" target="{}""#,
            Xml(&names[tie.source as usize]),
            Xml(&names[tie.target as usize])
        )?;
        if let Some(weight) = weight(tie) {
            write!(to, r#" weight="{weight}""#)?;
        }
        writeln!(to, "/>")?;
    }
    writeln!(to, "    </edges>\n  </graph>\n</gexf>")
}

/// What is known of the network, for formats that take text only.
fn lines_about(about: &About<'_>) -> Vec<String> {
    let mut lines: Vec<String> = [about.title, about.description]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect();
    lines.push(format!("dataVersion: {}", about.data_version));
    if !about.filter.is_empty() {
        lines.push(format!("filter: {}", about.filter));
    }
    lines
}

fn node_link(
    network: &Network,
    about: &About<'_>,
    columns: &[Column<'_>],
    to: &mut impl Write,
) -> io::Result<()> {
    let graph = json!({
        "id": about.id,
        "title": about.title,
        "description": about.description,
        "dataVersion": about.data_version,
        "filter": about.filter,
    });
    write!(
        to,
        r#"{{"directed":{},"multigraph":false,"graph":{graph},"nodes":["#,
        network.is_directed()
    )?;
    let names = names(network, str::to_owned);
    let labels: Vec<String> = Attribute::ALL.into_iter().map(label_key).collect();
    for ((number, name), node) in (0..).zip(&names).zip(network.nodes()) {
        let mut object = Map::new();
        object.insert("id".to_owned(), json!(name));
        object.insert("label".to_owned(), json!(node.label));
        if network.is_two_mode() {
            object.insert("mode".to_owned(), json!(side(node.mode)));
            object.insert("bipartite".to_owned(), json!(side(node.mode)));
        }
        for (attribute, label_key) in Attribute::ALL.into_iter().zip(&labels) {
            let all = |of: fn(&Category) -> &str| {
                Value::from_iter(memberships(network, attribute, number).map(of))
            };
            object.insert(attribute.name().to_owned(), all(Category::id));
            object.insert(label_key.clone(), all(|category| &category.label));
        }
        for column in columns {
            object.insert(column.id.to_owned(), column.values.json(number));
        }
        element(to, number == 0, &object)?;
    }
    write!(to, "\n],\"edges\":[")?;
    for (number, tie) in network.ties().iter().enumerate() {
        let mut object = Map::new();
        object.insert("source".to_owned(), json!(names[tie.source as usize]));
        object.insert("target".to_owned(), json!(names[tie.target as usize]));
        if let Some(weight) = weight(tie) {
            object.insert("weight".to_owned(), json!(weight));
        }
        element(to, number == 0, &object)?;
    }
    writeln!(to, "\n]}}")
}

/// One element a line, so that a file can be looked at.
fn element(to: &mut impl Write, is_first: bool, object: &Map<String, Value>) -> io::Result<()> {
    to.write_all(if is_first { b"\n" } else { b",\n" })?;
    serde_json::to_writer(to, object)?;
    Ok(())
}

fn edge_list(network: &Network, to: &mut impl Write) -> io::Result<()> {
    let names = names(network, str::to_owned);
    let kind = if network.is_directed() {
        "Directed"
    } else {
        "Undirected"
    };
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record([
        "source",
        "target",
        "weight",
        "type",
        "sourceLabel",
        "targetLabel",
    ])?;
    for tie in network.ties() {
        let (source, target) = (tie.source as usize, tie.target as usize);
        let weight = weight(tie).map(|weight| weight.to_string());
        writer.write_record([
            names[source].as_str(),
            names[target].as_str(),
            weight.as_deref().unwrap_or_default(),
            kind,
            network.nodes()[source].label.as_str(),
            network.nodes()[target].label.as_str(),
        ])?;
    }
    writer.flush()
}

/// What would end a quoted label. Other than ASCII is encoded too, as RFC 3987 makes a URI of an
/// IRI: Pajek and UCINET are not sure to read UTF-8.
const QUOTED: &AsciiSet = &CONTROLS.add(b'"').add(b'\\');

/// What would end a label without quotes.
const BARE: &AsciiSet = &QUOTED.add(b' ').add(b'\'').add(b',').add(b';').add(b'=');

/// How many nodes are on the first side, if each tie goes from one side to the other.
fn first_side(network: &Network) -> Option<usize> {
    let first = network.first_side();
    let crosses = |tie: &Tie| ((tie.source as usize) < first) != ((tie.target as usize) < first);
    (network.is_two_mode() && network.ties().iter().all(crosses)).then_some(first)
}

fn pajek(network: &Network, about: &About<'_>, to: &mut impl Write) -> io::Result<()> {
    for line in lines_about(about) {
        writeln!(to, "% {}", line.replace(char::is_control, " "))?;
    }
    write!(to, "*Vertices {}", network.len())?;
    match first_side(network) {
        Some(first) => writeln!(to, " {first}")?,
        None => writeln!(to)?,
    }
    let names = names(network, |text| {
        utf8_percent_encode(text, QUOTED).to_string()
    });
    for (number, name) in (1..).zip(&names) {
        writeln!(to, "{number} \"{name}\"")?;
    }
    let kind = if network.is_directed() {
        "*Arcs"
    } else {
        "*Edges"
    };
    writeln!(to, "{kind}")?;
    for tie in network.ties() {
        arc(to, tie.source, tie.target, weight(tie))?;
    }
    Ok(())
}

/// A line of numbers, counted from 1.
fn arc(to: &mut impl Write, source: u32, target: u32, weight: Option<f64>) -> io::Result<()> {
    write!(to, "{} {}", source + 1, target + 1)?;
    match weight {
        Some(weight) => writeln!(to, " {weight}"),
        None => writeln!(to),
    }
}

/// The phrases are on lines of their own because igraph wants it, the labels on one line because
/// Gephi does.
fn dl(network: &Network, to: &mut impl Write) -> io::Result<()> {
    let names = names(network, |text| {
        let name = utf8_percent_encode(text, BARE).to_string();
        // A label that ends like `data:` ends the labels.
        match name.strip_suffix(':') {
            Some(start) => format!("{start}%3A"),
            None => name,
        }
    });
    // A matrix of rows and columns has no place for the direction of ties between the sides.
    let rows = first_side(network).filter(|_| !network.is_directed());
    if let Some(rows) = rows {
        writeln!(to, "dl nr={rows} nc={}", names.len() - rows)?;
        writeln!(to, "format=edgelist2")?;
        writeln!(to, "row labels:\n{}", names[..rows].join(","))?;
        writeln!(to, "column labels:\n{}", names[rows..].join(","))?;
        writeln!(to, "data:")?;
        for tie in network.ties() {
            arc(to, tie.source, tie.target - rows as u32, weight(tie))?;
        }
        return Ok(());
    }
    writeln!(to, "dl n={}", names.len())?;
    writeln!(to, "format=edgelist1")?;
    writeln!(to, "labels:\n{}", names.join(","))?;
    writeln!(to, "data:")?;
    for tie in network.ties() {
        arc(to, tie.source, tie.target, weight(tie))?;
        if !network.is_directed() {
            arc(to, tie.target, tie.source, weight(tie))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Node};
    use super::*;
    use oxigraph::model::NamedNode;

    const ABOUT: About<'_> = About {
        id: "collaboration",
        title: "Who works with whom",
        description: "Ties & \u{1}\nreasons",
        data_version: 7,
        filter: "sector=health",
        points: None,
    };

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://x/{name}"))
    }

    fn node(name: &str, label: &str, mode: Mode) -> Node {
        Node {
            label: label.to_owned(),
            mode,
            ..Node::new(iri(name))
        }
    }

    fn tie(source: u32, target: u32, weight: f64) -> Tie {
        Tie {
            source,
            target,
            weight,
        }
    }

    /// `a` with two sectors, `b` and an isolate; one tie of weight 2.5.
    fn small() -> Network {
        let nodes = vec![
            node("a", "A \"&\" <B>", Mode::First),
            node("b,é", "b", Mode::First),
            node("c", "c", Mode::First),
        ];
        let sector = |name: &str, label: &str| Category {
            label: label.to_owned(),
            ..Category::new(iri(name))
        };
        let sectors = vec![vec![sector("s1", "Health"), sector("s2", "Work & pay")]];
        let attributes = [sectors, Vec::new(), Vec::new(), Vec::new()];
        Network::new(Kind::default(), nodes, [tie(0, 1, 2.5)], attributes)
    }

    fn scores() -> [Column<'static>; 3] {
        [
            Column {
                id: "degree",
                values: ColumnValues::Counts(vec![Some(1), Some(1), Some(0)]),
            },
            Column {
                id: "closeness",
                values: ColumnValues::Reals(vec![Some(0.5), Some(1e-7), None]),
            },
            Column {
                id: "articulation",
                values: ColumnValues::Flags(vec![Some(false), None, Some(true)]),
            },
        ]
    }

    /// An actor and two services; one tie between the sides, of unknown weight.
    fn two_mode(directed: bool) -> Network {
        let nodes = vec![
            node("a", "a", Mode::Second),
            node("b", "b", Mode::First),
            node("c", "c", Mode::Second),
        ];
        let kind = Kind {
            directed,
            two_mode: true,
        };
        Network::new(kind, nodes, [tie(0, 1, f64::NAN)], Default::default())
    }

    fn text_of(network: &Network, columns: &[Column<'_>], format: ExportFormat) -> String {
        let mut bytes = Vec::new();
        write(network, &ABOUT, columns, format, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn check(network: &Network, format: ExportFormat, expected: &str) {
        let text = text_of(network, &scores(), format);
        assert_eq!(text, expected, "\n{text}");
    }

    #[test]
    fn formats_are_known_by_the_end_of_a_name() {
        for format in ExportFormat::ALL {
            assert_eq!(ExportFormat::by_extension(format.extension()), Some(format));
        }
        assert_eq!(
            ExportFormat::by_extension("dir.d/My network.GraphML"),
            Some(ExportFormat::GraphMl)
        );
        assert_eq!(ExportFormat::by_extension("network.xlsx"), None);
        assert_eq!(ExportFormat::by_extension(""), None);
    }

    #[test]
    fn graphml_has_typed_keys_and_leaves_out_what_is_undefined() {
        check(
            &small(),
            ExportFormat::GraphMl,
            r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="g0" for="graph" attr.name="title" attr.type="string"/>
  <key id="g1" for="graph" attr.name="description" attr.type="string"/>
  <key id="g2" for="graph" attr.name="dataVersion" attr.type="long"/>
  <key id="g3" for="graph" attr.name="filter" attr.type="string"/>
  <key id="n0" for="node" attr.name="label" attr.type="string"/>
  <key id="n1" for="node" attr.name="sector" attr.type="string"/>
  <key id="n2" for="node" attr.name="sectorLabel" attr.type="string"/>
  <key id="n3" for="node" attr.name="level" attr.type="string"/>
  <key id="n4" for="node" attr.name="levelLabel" attr.type="string"/>
  <key id="n5" for="node" attr.name="sphere" attr.type="string"/>
  <key id="n6" for="node" attr.name="sphereLabel" attr.type="string"/>
  <key id="n7" for="node" attr.name="place" attr.type="string"/>
  <key id="n8" for="node" attr.name="placeLabel" attr.type="string"/>
  <key id="n9" for="node" attr.name="degree" attr.type="long"/>
  <key id="n10" for="node" attr.name="closeness" attr.type="double"/>
  <key id="n11" for="node" attr.name="articulation" attr.type="boolean"/>
  <key id="e0" for="edge" attr.name="weight" attr.type="double"/>
  <graph id="collaboration" edgedefault="undirected">
    <data key="g0">Who works with whom</data>
    <data key="g1">Ties &amp; �&#10;reasons</data>
    <data key="g2">7</data>
    <data key="g3">sector=health</data>
    <node id="http://x/a"><data key="n0">A &quot;&amp;&quot; &lt;B&gt;</data><data key="n1">http://x/s1;http://x/s2</data><data key="n2">Health; Work &amp; pay</data><data key="n9">1</data><data key="n10">0.5</data><data key="n11">false</data></node>
    <node id="http://x/b,é"><data key="n0">b</data><data key="n9">1</data><data key="n10">0.0000001</data></node>
    <node id="http://x/c"><data key="n0">c</data><data key="n9">0</data><data key="n11">true</data></node>
    <edge source="http://x/a" target="http://x/b,é"><data key="e0">2.5</data></edge>
  </graph>
</graphml>
"#,
        );
    }

    #[test]
    fn graphml_tells_the_sides_of_a_two_mode_network_and_no_unknown_weight() {
        let text = text_of(&two_mode(true), &[], ExportFormat::GraphMl);
        let end = text.split_once(r#"<graph id="collaboration" "#).unwrap().1;
        assert_eq!(
            end,
            r#"edgedefault="directed">
    <data key="g0">Who works with whom</data>
    <data key="g1">Ties &amp; �&#10;reasons</data>
    <data key="g2">7</data>
    <data key="g3">sector=health</data>
    <node id="http://x/b"><data key="n0">b</data><data key="n1">0</data><data key="n10">0</data></node>
    <node id="http://x/a"><data key="n0">a</data><data key="n1">1</data><data key="n10">1</data></node>
    <node id="http://x/c"><data key="n0">c</data><data key="n1">1</data><data key="n10">1</data></node>
    <edge source="http://x/a" target="http://x/b"/>
  </graph>
</graphml>
"#
        );
    }

    #[test]
    fn gexf_declares_its_attributes() {
        check(
            &small(),
            ExportFormat::Gexf,
            r#"<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">
  <meta>
    <creator>Weft</creator>
    <description>Who works with whom&#10;Ties &amp; �&#10;reasons&#10;dataVersion: 7&#10;filter: sector=health</description>
  </meta>
  <graph mode="static" defaultedgetype="undirected">
    <attributes class="node" mode="static">
      <attribute id="0" title="sector" type="string"/>
      <attribute id="1" title="sectorLabel" type="string"/>
      <attribute id="2" title="level" type="string"/>
      <attribute id="3" title="levelLabel" type="string"/>
      <attribute id="4" title="sphere" type="string"/>
      <attribute id="5" title="sphereLabel" type="string"/>
      <attribute id="6" title="place" type="string"/>
      <attribute id="7" title="placeLabel" type="string"/>
      <attribute id="8" title="degree" type="long"/>
      <attribute id="9" title="closeness" type="double"/>
      <attribute id="10" title="articulation" type="boolean"/>
    </attributes>
    <nodes>
      <node id="http://x/a" label="A &quot;&amp;&quot; &lt;B&gt;"><attvalues><attvalue for="0" value="http://x/s1;http://x/s2"/><attvalue for="1" value="Health; Work &amp; pay"/><attvalue for="8" value="1"/><attvalue for="9" value="0.5"/><attvalue for="10" value="false"/></attvalues></node>
      <node id="http://x/b,é" label="b"><attvalues><attvalue for="8" value="1"/><attvalue for="9" value="0.0000001"/></attvalues></node>
      <node id="http://x/c" label="c"><attvalues><attvalue for="8" value="0"/><attvalue for="10" value="true"/></attvalues></node>
    </nodes>
    <edges>
      <edge id="0" source="http://x/a" target="http://x/b,é" weight="2.5"/>
    </edges>
  </graph>
</gexf>
"#,
        );
    }

    #[test]
    fn json_has_arrays_and_nulls() {
        check(
            &small(),
            ExportFormat::Json,
            r#"{"directed":false,"multigraph":false,"graph":{"id":"collaboration","title":"Who works with whom","description":"Ties & \u0001\nreasons","dataVersion":7,"filter":"sector=health"},"nodes":[
{"id":"http://x/a","label":"A \"&\" <B>","sector":["http://x/s1","http://x/s2"],"sectorLabel":["Health","Work & pay"],"level":[],"levelLabel":[],"sphere":[],"sphereLabel":[],"place":[],"placeLabel":[],"degree":1,"closeness":0.5,"articulation":false},
{"id":"http://x/b,é","label":"b","sector":[],"sectorLabel":[],"level":[],"levelLabel":[],"sphere":[],"sphereLabel":[],"place":[],"placeLabel":[],"degree":1,"closeness":1e-7,"articulation":null},
{"id":"http://x/c","label":"c","sector":[],"sectorLabel":[],"level":[],"levelLabel":[],"sphere":[],"sphereLabel":[],"place":[],"placeLabel":[],"degree":0,"closeness":null,"articulation":true}
],"edges":[
{"source":"http://x/a","target":"http://x/b,é","weight":2.5}
]}
"#,
        );
        let text = text_of(&two_mode(false), &[], ExportFormat::Json);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["nodes"][1]["bipartite"], 1);
        assert_eq!(value["edges"][0].get("weight"), None);
    }

    #[test]
    fn the_edge_list_quotes_labels() {
        check(
            &small(),
            ExportFormat::Csv,
            "source,target,weight,type,sourceLabel,targetLabel\n\
             http://x/a,\"http://x/b,é\",2.5,Undirected,\"A \"\"&\"\" <B>\",b\n",
        );
        check(
            &two_mode(true),
            ExportFormat::Csv,
            "source,target,weight,type,sourceLabel,targetLabel\n\
             http://x/a,http://x/b,,Directed,a,b\n",
        );
    }

    #[test]
    fn pajek_numbers_its_vertices() {
        check(
            &small(),
            ExportFormat::Pajek,
            "% Who works with whom\n\
             % Ties &   reasons\n\
             % dataVersion: 7\n\
             % filter: sector=health\n\
             *Vertices 3\n\
             1 \"http://x/a\"\n\
             2 \"http://x/b,%C3%A9\"\n\
             3 \"http://x/c\"\n\
             *Edges\n\
             1 2 2.5\n",
        );
        let text = text_of(&two_mode(true), &[], ExportFormat::Pajek);
        let end = "*Vertices 3 1\n\
                   1 \"http://x/b\"\n\
                   2 \"http://x/a\"\n\
                   3 \"http://x/c\"\n\
                   *Arcs\n\
                   2 1\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn dl_states_undirected_ties_both_ways() {
        check(
            &small(),
            ExportFormat::Dl,
            "dl n=3\n\
             format=edgelist1\n\
             labels:\n\
             http://x/a,http://x/b%2C%C3%A9,http://x/c\n\
             data:\n\
             1 2 2.5\n\
             2 1 2.5\n",
        );
    }

    #[test]
    fn dl_has_rows_and_columns_for_two_sides() {
        check(
            &two_mode(false),
            ExportFormat::Dl,
            "dl nr=1 nc=2\n\
             format=edgelist2\n\
             row labels:\n\
             http://x/b\n\
             column labels:\n\
             http://x/a,http://x/c\n\
             data:\n\
             1 1\n",
        );
        check(
            &two_mode(true),
            ExportFormat::Dl,
            "dl n=3\n\
             format=edgelist1\n\
             labels:\n\
             http://x/b,http://x/a,http://x/c\n\
             data:\n\
             2 1\n",
        );
    }

    #[test]
    fn nodes_keep_names_of_their_own() {
        let nodes = vec![
            Node::new(oxigraph::model::Literal::from("data:")),
            Node::new(
                oxigraph::model::Literal::new_language_tagged_literal_unchecked("data:", "en"),
            ),
            Node::new(oxigraph::model::Literal::from("")),
        ];
        let network = Network::new(Kind::default(), nodes, [], Default::default());
        let text = text_of(&network, &[], ExportFormat::Dl);
        let labels = text.lines().nth(3).unwrap();
        assert_eq!(labels, "%22%22,data%3A,%22data:%22@en");
    }

    #[test]
    fn an_empty_network_is_a_valid_file() {
        let network = Network::from_edges(0, false, []);
        for format in ExportFormat::ALL {
            assert!(!text_of(&network, &scores(), format).is_empty());
        }
        let json = text_of(&network, &[], ExportFormat::Json);
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["nodes"], json!([]));
        assert_eq!(
            text_of(&network, &[], ExportFormat::Dl),
            "dl n=0\nformat=edgelist1\nlabels:\n\ndata:\n"
        );
    }
}
