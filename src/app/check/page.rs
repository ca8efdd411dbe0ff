//! A check as a page: a part that stands within the pages of the service, or a whole file that can
//! be sent to somebody.

use super::super::results::WriteError;
use super::Checked;
use super::impact::{Figure, Impact, Named};
use crate::ingest::check::{CheckKind, CheckReport, CheckResult, Origin};
use crate::ingest::validate::ResultSeverity;
use crate::metrics::Score;
use askama::Template;

/// The styles of a file that stands alone: those of the pages, so that both look alike.
const STYLES: [&str; 2] = [
    include_str!("../../http/static/css/weft.css"),
    include_str!("../../http/static/css/report.css"),
];

/// The words of the report in the languages of the pages; others read English. They lie here and
/// not with those of the pages, because `weft validate` writes the same report.
const WORDS: [(&str, &str, &str); 52] = [
    ("report", "Report", "Informe"),
    ("clean", "Nothing to mend", "Nada que corregir"),
    (
        "accepted",
        "Can be taken, with remarks",
        "Puede aceptarse, con observaciones",
    ),
    ("refused", "Has violations", "Tiene incumplimientos"),
    ("unread", "Cannot be read", "No se puede leer"),
    (
        "lead",
        "statements were checked: syntax, shapes, terms, codes, dates, amounts, IRIs. Nothing was written.",
        "afirmaciones comprobadas: sintaxis, formas, términos, códigos, fechas, importes, IRI. No se ha escrito nada.",
    ),
    ("violations", "violations", "incumplimientos"),
    ("warnings", "warnings", "avisos"),
    ("infos", "remarks", "observaciones"),
    ("violation", "violation", "incumplimiento"),
    ("warning", "warning", "aviso"),
    ("info", "remark", "observación"),
    ("documents", "Files", "Archivos"),
    ("statements", "statements", "afirmaciones"),
    ("cannot-be-read", "cannot be read", "no se puede leer"),
    ("where", "Where", "Dónde"),
    ("what", "What is wrong", "Qué ocurre"),
    ("remedy", "What to do", "Qué hacer"),
    ("more", "more of the same kind", "más del mismo tipo"),
    ("and", "and", "y"),
    ("syntax", "syntax", "sintaxis"),
    ("shacl", "shape", "forma"),
    (
        "lint",
        "check of terms and values",
        "comprobación de términos y valores",
    ),
    (
        "impact",
        "What a write would change",
        "Qué cambiaría al escribir",
    ),
    ("impact-statements", "Statements", "Afirmaciones"),
    ("added", "added", "añadidas"),
    ("removed", "removed", "eliminadas"),
    ("unchanged", "unchanged", "sin cambios"),
    ("things", "Things", "Cosas"),
    ("kind", "Kind", "Clase"),
    ("before", "Before", "Antes"),
    ("after", "After", "Después"),
    ("new", "New", "Nuevas"),
    ("changed", "Changed", "Modificadas"),
    ("gone", "Gone", "Desaparecidas"),
    ("actor", "actors", "entidades"),
    ("service", "services", "servicios"),
    ("innovation", "innovations", "innovaciones"),
    (
        "joined",
        "Joined to what is there",
        "Unidas a lo que ya existe",
    ),
    ("same-iri", "under the same IRI", "con el mismo IRI"),
    ("links", "by accepted links", "por enlaces aceptados"),
    (
        "same-as",
        "said to be the same (owl:sameAs), once accepted",
        "declaradas iguales (owl:sameAs), cuando se acepten",
    ),
    (
        "possible",
        "with the same name: to be reviewed",
        "con el mismo nombre: por revisar",
    ),
    ("figures", "Headline figures", "Cifras principales"),
    ("figure", "Figure", "Cifra"),
    ("change", "Change", "Cambio"),
    ("no-change", "no change", "sin cambio"),
    (
        "collaboration",
        "collaboration network",
        "red de colaboración",
    ),
    ("affiliation", "affiliation network", "red de afiliación"),
    ("integration", "integration", "integración"),
    ("undefined", "not defined", "no definida"),
    (
        "version",
        "Tried out on data version",
        "Ensayado sobre la versión de los datos",
    ),
];

/// Names of the figures.
const FIGURES: [(&str, &str, &str); 11] = [
    ("nodes", "nodes", "nodos"),
    ("edges", "ties", "vínculos"),
    ("components", "separate parts", "partes separadas"),
    (
        "sectorAssortativity",
        "assortativity by sector",
        "asortatividad por sector",
    ),
    (
        "levelAssortativity",
        "assortativity by level",
        "asortatividad por nivel",
    ),
    ("bridges", "bridges", "puentes"),
    (
        "horizontal",
        "horizontal integration (share of ties)",
        "integración horizontal (parte de los vínculos)",
    ),
    (
        "vertical",
        "vertical integration (share of ties)",
        "integración vertical (parte de los vínculos)",
    ),
    (
        "diagonal",
        "diagonal integration (share of ties)",
        "integración diagonal (parte de los vínculos)",
    ),
    (
        "joinedSectorPairs",
        "pairs of sectors that are joined",
        "pares de sectores unidos",
    ),
    (
        "pairsOnOneActor",
        "pairs that hang on one actor",
        "pares que dependen de una sola entidad",
    ),
];

#[derive(Template)]
#[template(path = "check.html")]
struct Part<'a> {
    report: &'a CheckReport,
    groups: Vec<Group<'a>>,
    counts: [u64; 3],
    impact: Option<&'a Impact>,
    figures: Vec<FigureView>,
    first_new: Vec<&'a Named>,
    language: &'a str,
    is_spanish: bool,
    /// Whether there is no service around it that links could lead to.
    is_alone: bool,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Alone<'a> {
    language: &'a str,
    title: &'static str,
    styles: [&'static str; 2],
    part: String,
}

struct Group<'a> {
    kind: &'a CheckKind,
    results: Vec<&'a CheckResult>,
}

struct FigureView {
    id: &'static str,
    section: &'static str,
    name: &'static str,
    before: String,
    after: String,
    change: String,
}

fn word(name: &str, is_spanish: bool) -> &'static str {
    let mut all = WORDS.iter().chain(&FIGURES);
    match all.find(|(known, ..)| *known == name) {
        Some((_, _, spanish)) if is_spanish => spanish,
        Some((_, english, _)) => english,
        None => "",
    }
}

fn written(value: Score, is_spanish: bool) -> String {
    match value.value() {
        Some(value) => number(value, is_spanish),
        None => word("undefined", is_spanish).to_owned(),
    }
}

fn number(value: f64, is_spanish: bool) -> String {
    let text = match value.fract() == 0.0 {
        true => format!("{value:.0}"),
        false => format!("{value:.4}"),
    };
    match is_spanish {
        true => text.replace('.', ","),
        false => text,
    }
}

impl FigureView {
    fn of(figure: &Figure, is_spanish: bool) -> Self {
        let by = match (figure.before.value(), figure.after.value()) {
            (Some(before), Some(after)) => after - before,
            _ => 0.0,
        };
        let name = FIGURES.iter().find(|(known, ..)| *known == figure.id);
        let sign = if by > 0.0 { "+" } else { "" };
        Self {
            id: figure.id,
            section: word(figure.section, is_spanish),
            name: name.map_or(figure.id, |(known, ..)| word(known, is_spanish)),
            before: written(figure.before, is_spanish),
            after: written(figure.after, is_spanish),
            change: match by == 0.0 {
                true => String::new(),
                false => format!("{sign}{}", number(by, is_spanish)),
            },
        }
    }
}

impl<'a> Part<'a> {
    fn of(checked: &'a Checked, language: &'a str, is_alone: bool) -> Self {
        let report = &checked.report;
        let is_spanish = language == "es";
        let groups = report.kinds.iter().map(|kind| Group {
            kind,
            results: report
                .results
                .iter()
                .filter(|result| kind.holds(result))
                .collect(),
        });
        let impact = checked.impact.as_ref();
        Self {
            report,
            groups: groups.collect(),
            counts: [
                ResultSeverity::Violation,
                ResultSeverity::Warning,
                ResultSeverity::Info,
            ]
            .map(|severity| report.count(severity)),
            impact,
            figures: impact
                .into_iter()
                .flat_map(|impact| &impact.figures)
                .map(|figure| FigureView::of(figure, is_spanish))
                .collect(),
            first_new: impact
                .into_iter()
                .flat_map(|impact| &impact.kinds)
                .flat_map(|kind| &kind.first_new)
                .collect(),
            language,
            is_spanish,
            is_alone,
        }
    }

    fn w(&self, name: &str) -> &'static str {
        word(name, self.is_spanish)
    }

    /// What to say above all.
    fn verdict(&self) -> &'static str {
        self.w(if !self.report.parsed {
            "unread"
        } else if self.report.conforms {
            "clean"
        } else if self.report.accepted {
            "accepted"
        } else {
            "refused"
        })
    }

    /// The language of a result's message, where it is not that of the report.
    fn other_language(&self, result: &CheckResult) -> Option<&'static str> {
        let is_said = result.messages.iter().any(|(tag, _)| tag == self.language);
        (self.language != "en" && !is_said).then_some("en")
    }

    fn origin(&self, origin: &Origin) -> &'static str {
        self.w(origin.name())
    }
}

impl Checked {
    /// The report as a part of a page, an element with the id `report`; its words are English or
    /// Spanish, its messages in the language if they have it.
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be written.
    pub fn page_part(&self, language: &str) -> Result<String, WriteError> {
        Part::of(self, language, false).render().map_err(failed)
    }

    /// The report as a file of its own that needs nothing else, so that it can be sent.
    pub(super) fn page_alone(&self, language: &str) -> Result<String, WriteError> {
        Alone {
            language: if language == "es" { "es" } else { "en" },
            title: word("report", language == "es"),
            styles: STYLES,
            part: Part::of(self, language, true).render().map_err(failed)?,
        }
        .render()
        .map_err(failed)
    }
}

fn failed(error: askama::Error) -> WriteError {
    WriteError::Io(std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_report_is_there() {
        let template = include_str!("../../http/templates/check.html");
        let uses = template.split("w(\"").skip(1);
        for name in uses.filter_map(|rest| rest.split('"').next()) {
            assert!(!word(name, false).is_empty(), "{name}");
            assert!(!word(name, true).is_empty(), "{name}");
        }
        for name in [
            "violation",
            "warning",
            "info",
            "syntax",
            "shacl",
            "lint",
            "collaboration",
        ] {
            assert!(!word(name, true).is_empty(), "{name}");
        }
    }

    #[test]
    fn styles_that_stand_in_a_file_cannot_end_their_element() {
        assert!(STYLES.iter().all(|styles| !styles.contains("</")));
    }
}
