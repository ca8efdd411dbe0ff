//! Partnership data in Weft's shape, as many triples as asked for, the same on every run.

use std::fmt::Write;

const COUNTRIES: [&str; 12] = [
    "ES", "IT", "DE", "FR", "PT", "NL", "BE", "AT", "PL", "SE", "FI", "GR",
];
const LANGUAGES: [&str; 3] = ["en", "es", "de"];
const SPHERES: [&str; 4] = ["public", "third-sector", "private", "informal"];
const LEVELS: [&str; 4] = ["local", "regional", "national", "european"];
const SECTORS: [&str; 6] = [
    "health",
    "employment",
    "housing",
    "education",
    "social-services",
    "income",
];
const ROLES: [&str; 4] = ["coordinator", "partner", "funder", "evaluator"];
const KINDS: [&str; 6] = [
    "Social Foundation",
    "Care Cooperative",
    "City Council",
    "University",
    "Health Trust",
    "Employment Agency",
];
/// The years of the graphs that participations are spread over.
const YEARS: std::ops::Range<u64> = 2014..2021;

/// The generated data.
#[derive(Default)]
pub struct Data {
    /// In named graphs; one triple in fifty stands in two of them.
    pub quads: String,
    /// The union of the graphs, each triple once.
    pub triples: String,
    /// How many lines `triples` has.
    pub triple_count: usize,
}

/// About `size` triples: one participation in nine, with projects, actors and places to match.
pub fn generate(size: usize) -> Data {
    let mut random = Random(0x5745_4654);
    let mut data = Data::default();
    let places = (size / 2_000).max(4);
    let actors = (size / 80).max(20);
    let projects = (size / 60).max(20);

    for place in 0..places {
        let subject = format!("place-{place}");
        let graph = "graph/places";
        data.add(&subject, A, ns("Place"), graph);
        data.add(
            &subject,
            LABEL,
            text(&format!("Place {place}"), "en"),
            graph,
        );
        // A tree: each lies within one that came before.
        if place > 0 {
            data.add(
                &subject,
                &ns("within"),
                id("place", random.below(place as u64)),
                graph,
            );
        }
    }
    for actor in 0..actors {
        let subject = format!("actor-{actor}");
        let graph = "graph/actors";
        data.add(&subject, A, ns("Actor"), graph);
        let kind = random.pick(&KINDS);
        let language = random.pick(&LANGUAGES);
        data.add(
            &subject,
            LABEL,
            text(&format!("{kind} {actor}"), language),
            graph,
        );
        data.add(
            &subject,
            &ns("place"),
            id("place", random.below(places as u64)),
            graph,
        );
        data.add(
            &subject,
            &ns("countryCode"),
            format!("\"{}\"", random.pick(&COUNTRIES)),
            graph,
        );
        data.add(
            &subject,
            &ns("sphere"),
            code("sphere", random.pick(&SPHERES)),
            graph,
        );
        data.add(
            &subject,
            &ns("level"),
            code("governance-level", random.pick(&LEVELS)),
            graph,
        );
        if actor >= 10 && random.below(3) == 0 {
            data.add(
                &subject,
                &ns("memberOf"),
                id("actor", random.below(actor as u64 / 10)),
                graph,
            );
        }
    }
    for project in 0..projects {
        let subject = format!("project-{project}");
        let graph = "graph/projects";
        data.add(&subject, A, ns("Innovation"), graph);
        data.add(
            &subject,
            LABEL,
            text(&format!("Project {project} for integrated care"), "en"),
            graph,
        );
        if project % 2 == 0 {
            data.add(
                &subject,
                LABEL,
                text(&format!("Proyecto {project} de atención"), "es"),
                graph,
            );
        }
        data.add(
            &subject,
            &ns("sector"),
            code("branch", random.pick(&SECTORS)),
            graph,
        );
        let until = date(2016 + random.below(8), &mut random);
        data.add(&subject, &ns("until"), until, graph);
    }
    let mut participation = 0;
    while data.triple_count < size {
        let subject = format!("participation-{participation}");
        let year = YEARS.start + random.below(YEARS.end - YEARS.start);
        let graph = format!("graph/partners-{year}");
        data.add(&subject, A, ns("Participation"), &graph);
        // Some actors take part often: the square of a uniform number leans to the first.
        let actor = random.below(actors as u64) * random.below(actors as u64) / actors as u64;
        data.add(&subject, &ns("actor"), id("actor", actor), &graph);
        let role = if random.below(10) < 7 {
            "partner"
        } else {
            random.pick(&ROLES)
        };
        data.add(&subject, &ns("role"), code("role", role), &graph);
        data.add(
            &subject,
            &ns("in"),
            id("project", random.below(projects as u64)),
            &graph,
        );
        let amount = format!("{}.{:02}", 1_000 + random.below(900_000), random.below(100));
        data.add(&subject, &ns("amount"), typed(&amount, "decimal"), &graph);
        let since = if random.below(2) == 0 {
            typed(&year.to_string(), "gYear")
        } else {
            date(year, &mut random)
        };
        data.add(&subject, &ns("since"), since, &graph);
        let source = format!("<https://example.org/register/{year}>");
        data.add(
            &subject,
            "<http://purl.org/dc/terms/source>",
            source,
            &graph,
        );
        participation += 1;
    }
    data
}

impl Data {
    fn add(&mut self, subject: &str, predicate: &str, object: impl AsRef<str>, graph: &str) {
        let start = self.triples.len();
        let object = object.as_ref();
        // Writing to a string does not fail.
        let _ = write!(
            self.triples,
            "<https://w3id.org/weft/id/{subject}> {predicate} {object}"
        );
        let end = self.triples.len();
        self.triples.push_str(" .\n");
        self.triple_count += 1;
        let triple = &self.triples[start..end];
        let _ = writeln!(self.quads, "{triple} <https://w3id.org/weft/{graph}> .");
        if self.triple_count.is_multiple_of(50) {
            let _ = writeln!(
                self.quads,
                "{triple} <https://w3id.org/weft/graph/confirmed> ."
            );
        }
    }
}

const A: &str = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
const LABEL: &str = "<http://www.w3.org/2000/01/rdf-schema#label>";

fn ns(name: &str) -> String {
    format!("<https://w3id.org/weft/ns#{name}>")
}

fn id(kind: &str, number: u64) -> String {
    format!("<https://w3id.org/weft/id/{kind}-{number}>")
}

fn code(scheme: &str, notation: &str) -> String {
    format!("<https://w3id.org/weft/code/{scheme}/{notation}>")
}

fn text(value: &str, language: &str) -> String {
    format!("\"{value}\"@{language}")
}

fn typed(value: &str, datatype: &str) -> String {
    format!("\"{value}\"^^<http://www.w3.org/2001/XMLSchema#{datatype}>")
}

fn date(year: u64, random: &mut Random) -> String {
    let day = format!(
        "{year}-{:02}-{:02}",
        1 + random.below(12),
        1 + random.below(28)
    );
    typed(&day, "date")
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % end
    }

    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.below(choices.len() as u64) as usize]
    }
}
