//! How sure it is that two records are one thing, and why.
//!
//! Evidence is weighed in the manner of Fellegi and Sunter (1969,
//! <https://doi.org/10.1080/01621459.1969.10501049>). Each feature of a pair has one of a few
//! levels; the weight of a level is ln(m/u), where m is how often it occurs among pairs that are the
//! same and u how often among pairs that are not. Weights add up with the prior odds, and the score
//! is the probability that follows. Features are taken to be independent, which they are not quite,
//! so a score is a rank with a scale rather than a promise.

use super::blocking::{Continuations, Corpus, Rivals};
use super::names::Name;
use super::records::Record;
use super::words::{is_general, is_kind, is_one_in_a_place, is_qualifier, is_region};
use std::collections::BTreeSet;

/// The log-odds of a pair that shares much, before anything is known of it: one in five is the same.
/// The pairs of which u was estimated are hard ones, drawn from those that share words; of those
/// that share a key at all far fewer are the same, but they score low anyway.
pub const PRIOR: f64 = -1.4;
/// No weight of a name is larger than this: beyond it only identifiers can tell.
const MOST: f64 = 7.0;
/// The greatest score of two records of different registers that nothing but their names joins.
pub const MOST_APART: f64 = 0.89;
/// Letters of the narrowest cell by which lists cut names.
const NARROWEST_CELL: usize = 30;

/// What is compared, with its level. The order is that in which reasons are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each level says itself; see `Level::text`")]
pub enum Level {
    NameIdentical,
    NameSame,
    NameSameSoFar,
    NamePlural,
    NameSpelling,
    NameCutWord,
    NameCutWordOnly,
    NameCutEnd,
    NameCutOnly,
    NameLongBeginning,
    NameBeginningOnly,
    NameBeginsSeveral,
    NameOneInPlace,
    NameContainedOnly,
    NameBranch,
    NameLittleMore,
    NameMore,
    NameMuchMore,
    NameOtherHigh,
    NameOtherMiddle,
    NameOtherLow,
    AcronymStated,
    AcronymOnly,
    AcronymInitials,
    AcronymShort,
    WordsRare,
    WordsMiddle,
    WordsCommon,
    WordsPlain,
    KindSame,
    KindDiffers,
    FormSame,
    FormDiffers,
    NumbersSame,
    NumbersDiffer,
    NumberOnOneSide,
    BracketsDiffer,
    CountryInName,
    IdentifierSame,
    IdentifierDiffers,
    HostSame,
    HostDiffers,
    TownSame,
    TownDiffers,
    CountrySame,
    CountryDiffers,
    SectorShared,
    SectorDiffers,
    ClassDiffers,
}

impl Level {
    /// The feature that it is a level of.
    pub fn feature(self) -> &'static str {
        match self {
            Self::NameIdentical
            | Self::NameSame
            | Self::NameSameSoFar
            | Self::NamePlural
            | Self::NameSpelling
            | Self::NameCutWord
            | Self::NameCutWordOnly
            | Self::NameCutEnd
            | Self::NameCutOnly
            | Self::NameLongBeginning
            | Self::NameBeginningOnly
            | Self::NameBeginsSeveral
            | Self::NameOneInPlace
            | Self::NameContainedOnly
            | Self::NameBranch
            | Self::NameLittleMore
            | Self::NameMore
            | Self::NameMuchMore
            | Self::NameOtherHigh
            | Self::NameOtherMiddle
            | Self::NameOtherLow
            | Self::AcronymStated
            | Self::AcronymOnly
            | Self::AcronymInitials
            | Self::AcronymShort => "name",
            Self::WordsRare | Self::WordsMiddle | Self::WordsCommon | Self::WordsPlain => "rarity",
            Self::KindSame | Self::KindDiffers => "kind",
            Self::FormSame | Self::FormDiffers => "legalForm",
            Self::NumbersSame | Self::NumbersDiffer | Self::NumberOnOneSide => "numbers",
            Self::BracketsDiffer | Self::CountryInName => "brackets",
            Self::IdentifierSame | Self::IdentifierDiffers => "identifier",
            Self::HostSame | Self::HostDiffers => "website",
            Self::TownSame | Self::TownDiffers => "place",
            Self::CountrySame | Self::CountryDiffers => "country",
            Self::SectorShared | Self::SectorDiffers => "sector",
            Self::ClassDiffers => "type",
        }
    }

    /// m and u: how often the level occurs among pairs that are the same, and among those that are
    /// not, where the feature is known of both.
    ///
    /// Those of names, rarity, kind and legal form began as estimates on the estimation half of the
    /// labelled pairs (`tests/cases/linking`, with half a pair added to each level; the test prints
    /// estimates and weights side by side). Where a level has fewer than ten pairs the estimate is
    /// noise, and judgement was put in its place: names that go on, acronyms, numbers, brackets. The
    /// labelled pairs are names only, so all other features are set by judgement, with the reason
    /// beside them.
    pub fn probabilities(self) -> (f64, f64) {
        match self {
            // The labelled pairs that are not the same were drawn from hard ones, so that u of these
            // is far too high there: it is set by what came out of whole lists.
            Self::NameIdentical => (0.5, 0.005),
            Self::NameSame => (0.4, 0.009),
            // As for names that end as if they were cut.
            Self::NameSameSoFar => (0.04, 0.005),
            // `BRIDGE CENTRE` and `BRIDGES CENTRE` may be one slip or two bodies.
            Self::NamePlural => (0.03, 0.003),
            Self::NameSpelling => (0.11, 0.003),
            Self::NameCutWord => (0.03, 0.002),
            Self::NameCutWordOnly => (0.04, 0.001),
            Self::NameCutEnd => (0.04, 0.005),
            Self::NameCutOnly => (0.05, 0.002),
            Self::NameLongBeginning => (0.055, 0.007),
            Self::NameBeginningOnly => (0.05, 0.002_5),
            Self::NameBeginsSeveral => (0.01, 0.04),
            // Only one name fits: what is rare about a name cut short is that, not its words.
            Self::NameOneInPlace => (0.03, 0.002),
            Self::NameContainedOnly => (0.03, 0.012),
            // A place more is a branch or a company of a group.
            Self::NameBranch => (0.03, 0.075),
            Self::NameLittleMore => (0.02, 0.02),
            Self::NameMore => (0.02, 0.025),
            Self::NameMuchMore => (0.05, 0.17),
            Self::NameOtherHigh => (0.01, 0.07),
            Self::NameOtherMiddle => (0.003, 0.4),
            Self::NameOtherLow => (0.003, 0.2),
            // Acronyms are rare among the labelled pairs. One that the other name states itself
            // is hardly ever that of another body.
            Self::AcronymStated => (0.03, 0.000_5),
            // Letters that by chance hardly any name would have, and that fit one body only.
            Self::AcronymOnly => (0.02, 0.000_4),
            Self::AcronymInitials => (0.02, 0.001),
            // Three or four letters are the initials of many.
            Self::AcronymShort => (0.01, 0.002),
            Self::WordsRare => (0.75, 0.35),
            Self::WordsMiddle => (0.24, 0.45),
            Self::WordsCommon => (0.01, 0.2),
            // Two schools may both be called `IES POLITECNICO`.
            Self::WordsPlain => (0.02, 0.1),
            Self::KindSame => (0.99, 0.72),
            Self::KindDiffers => (0.006, 0.28),
            Self::FormSame => (0.98, 0.49),
            Self::FormDiffers => (0.013, 0.51),
            Self::NumbersSame => (0.75, 0.35),
            Self::NumbersDiffer => (0.01, 0.4),
            Self::NumberOnOneSide => (0.04, 0.5),
            Self::BracketsDiffer => (0.01, 0.06),
            // `(UK) LIMITED` is a company of its own.
            Self::CountryInName => (0.01, 0.15),
            // Registers give a number once; a wrong one is a slip of the pen.
            Self::IdentifierSame => (0.95, 0.000_1),
            Self::IdentifierDiffers => (0.01, 0.95),
            // A body has its own host; branches and faculties share that of the whole.
            Self::HostSame => (0.7, 0.01),
            Self::HostDiffers => (0.15, 0.9),
            // Sources name the seat, a quarter of the town, or where a project is.
            Self::TownSame => (0.75, 0.15),
            Self::TownDiffers => (0.12, 0.7),
            // Names that share words are mostly of one language, so of one country.
            Self::CountrySame => (0.99, 0.85),
            Self::CountryDiffers => (0.01, 0.15),
            // Two sources seldom classify a body alike, but seldom quite otherwise either.
            Self::SectorShared => (0.6, 0.3),
            Self::SectorDiffers => (0.25, 0.5),
            Self::ClassDiffers => (0.001, 0.2),
        }
    }

    /// What it adds to the log-odds.
    pub fn weight(self) -> f64 {
        let (m, u) = self.probabilities();
        (m / u).ln().clamp(-2.0 * MOST, 2.0 * MOST)
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What was found, as one of the levels that there are.
    pub level: Level,
    /// What was compared: `name`, `place`, `identifier`, ….
    pub feature: &'static str,
    /// What was found, in the words of the data.
    pub value: String,
    /// What it adds to the log-odds; below 0 it speaks against.
    pub contribution: f64,
    /// A sentence for people.
    pub text: String,
}

/// What follows from all evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// From 0 (surely not) to 1 (surely the same).
    pub score: f64,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// How sure a score is, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Below 0.8: for a person to look at.
    Possible,
    /// From 0.8.
    Likely,
    /// From 0.95.
    Sure,
}

impl Confidence {
    /// The band of a score.
    pub fn of(score: f64) -> Self {
        if score >= 0.95 {
            Self::Sure
        } else if score >= 0.8 {
            Self::Likely
        } else {
            Self::Possible
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sure => "sure",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// A level that was found, with what it was found on.
struct Found {
    level: Level,
    value: String,
    text: String,
}

impl Found {
    fn new(level: Level, value: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            level,
            value: value.into(),
            text: text.into(),
        }
    }
}

/// Weighs all evidence for and against two records being one thing. Different values of an
/// identifier of one scheme veto, unless another scheme agrees. Two records that have numbers of
/// different registers, and neither a place nor a web address in common, are never surer than
/// [`MOST_APART`]: nothing but a name speaks for them.
///
/// # Complexity
/// Time **O(a b (w² + w log n))** for a and b names of w words and n names in the corpus; records
/// keep at most twelve names. Where one name may be a part of the other, at most 64 further names
/// of the corpus are looked at.
pub fn judge(left: &Record, right: &Record, corpus: &Corpus) -> Verdict {
    let mut found = evidence(left, right, corpus);
    let mut odds = PRIOR + found.iter().map(|found| found.level.weight()).sum::<f64>();
    let most = (MOST_APART / (1.0 - MOST_APART)).ln();
    let apart = registers_apart(left, right, &found)
        .filter(|_| odds > most)
        .map(|value| Reason {
            feature: Level::IdentifierDiffers.feature(),
            level: Level::IdentifierDiffers,
            contribution: ((most - odds) * 100.0).round() / 100.0,
            text: format!(
                "they have numbers of different registers ({value}), and no place or web address \
                 in common"
            ),
            value,
        });
    if apart.is_some() {
        odds = most;
    }
    let is_vetoed = found
        .iter()
        .any(|found| found.level == Level::IdentifierDiffers);
    let score = if is_vetoed {
        0.0
    } else {
        1.0 / (1.0 + (-odds).exp())
    };
    found.sort_by(|a, b| {
        let (a, b) = (a.level, b.level);
        b.weight()
            .abs()
            .total_cmp(&a.weight().abs())
            .then(a.cmp(&b))
    });
    Verdict {
        // Rounded so that it reads the same everywhere.
        score: (score * 10_000.0).round() / 10_000.0,
        reasons: found
            .into_iter()
            .map(|found| Reason {
                level: found.level,
                feature: found.level.feature(),
                value: found.value,
                contribution: (found.level.weight() * 100.0).round() / 100.0,
                text: found.text,
            })
            .chain(apart)
            .collect(),
    }
}

/// The numbers that two records have in registers of which each has another, unless a place or a
/// web address is shared.
fn registers_apart(left: &Record, right: &Record, found: &[Found]) -> Option<String> {
    let is_shared = |found: &Found| {
        matches!(
            found.level,
            Level::IdentifierSame | Level::HostSame | Level::TownSame
        )
    };
    if found.iter().any(is_shared)
        || left
            .identifiers
            .keys()
            .any(|scheme| right.identifiers.contains_key(scheme))
    {
        return None;
    }
    let first = |record: &Record| {
        let (scheme, values) = record.identifiers.first_key_value()?;
        Some(format!("{scheme} {}", values.first()?))
    };
    Some(format!("{} and {}", first(left)?, first(right)?))
}

/// The levels that a pair has: what the weights are estimated from.
pub fn levels(left: &Record, right: &Record, corpus: &Corpus) -> Vec<Level> {
    let found = evidence(left, right, corpus);
    found.into_iter().map(|found| found.level).collect()
}

fn evidence(left: &Record, right: &Record, corpus: &Corpus) -> Vec<Found> {
    let mut found = best_names(left, right, corpus);
    identifiers(left, right, &mut found);
    sets(
        &left.hosts,
        &right.hosts,
        (Level::HostSame, "both have the web address"),
        (Level::HostDiffers, "the web addresses differ:"),
        &mut found,
    );
    places(left, right, &mut found);
    if !left.sectors.is_empty() && !right.sectors.is_empty() {
        let shared: Vec<&str> = left
            .sectors
            .intersection(&right.sectors)
            .map(|iri| local(iri))
            .collect();
        found.push(if shared.is_empty() {
            Found::new(
                Level::SectorDiffers,
                "none",
                "they work in different sectors",
            )
        } else {
            let shared = shared.join(", ");
            let text = format!("both work in {shared}");
            Found::new(Level::SectorShared, shared, text)
        });
    }
    if left.kind != right.kind {
        let value = format!("{} and {}", left.kind.name(), right.kind.name());
        let text = format!("they are of different types: {value}");
        found.push(Found::new(Level::ClassDiffers, value, text));
    }
    found
}

fn local(iri: &str) -> &str {
    iri.rsplit(['/', '#']).next().unwrap_or(iri)
}

fn identifiers(left: &Record, right: &Record, found: &mut Vec<Found>) {
    let mut differing = None;
    for (scheme, values) in &left.identifiers {
        let Some(others) = right.identifiers.get(scheme) else {
            continue;
        };
        if let Some(value) = values.intersection(others).next() {
            let value = format!("{scheme} {value}");
            let text = format!("both have the identifier {value}");
            found.push(Found::new(Level::IdentifierSame, value, text));
            return;
        }
        if let (Some(value), Some(other)) = (values.first(), others.first()) {
            differing.get_or_insert_with(|| format!("{scheme} {value} and {other}"));
        }
    }
    if let Some(value) = differing {
        let text = format!("their identifiers differ ({value}), so they are not the same");
        found.push(Found::new(Level::IdentifierDiffers, value, text));
    }
}

fn sets(
    left: &BTreeSet<String>,
    right: &BTreeSet<String>,
    (same, same_text): (Level, &str),
    (differs, differs_text): (Level, &str),
    found: &mut Vec<Found>,
) {
    if let Some(shared) = left.intersection(right).next() {
        found.push(Found::new(same, shared, format!("{same_text} {shared}")));
    } else if let (Some(one), Some(other)) = (left.first(), right.first()) {
        let value = format!("{one} and {other}");
        let text = format!("{differs_text} {value}");
        found.push(Found::new(differs, value, text));
    }
}

fn places(left: &Record, right: &Record, found: &mut Vec<Found>) {
    sets(
        &left.countries,
        &right.countries,
        (Level::CountrySame, "both are in the country"),
        (Level::CountryDiffers, "the countries differ:"),
        found,
    );
    // A region is no other place than a town in it.
    let contains =
        |wide: &Record, narrow: &Record| wide.towns.intersection(&narrow.wider).next().is_some();
    if !contains(left, right) && !contains(right, left) {
        sets(
            &left.towns,
            &right.towns,
            (Level::TownSame, "both are in"),
            (Level::TownDiffers, "the places differ:"),
            found,
        );
    }
}

// ---- names ------------------------------------------------------------------------------------

/// The evidence of the pair of names that speaks most for the records being the same.
fn best_names(left: &Record, right: &Record, corpus: &Corpus) -> Vec<Found> {
    let mut best: Option<(f64, Vec<Found>)> = None;
    for name in &left.names {
        for other in &right.names {
            let has_more = left.names.len() > 1 || right.names.len() > 1;
            let found = match same_acronym(name, other).filter(|_| has_more) {
                Some(found) => vec![found],
                None => compare(name, other, corpus),
            };
            let weight = found.iter().map(|found| found.level.weight()).sum::<f64>();
            if best.as_ref().is_none_or(|(most, _)| weight > *most) {
                best = Some((weight, found));
            }
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
}

/// Which words of two names go together.
#[derive(Debug, Default)]
struct Alignment {
    /// Weight of the words that both have.
    shared: f64,
    /// That of the rarest of them.
    rarest: f64,
    /// Whether one of them is neither a kind of body nor a word that all languages share.
    is_specific: bool,
    /// How many they are.
    words: usize,
    /// Words that only the first has, and only the second.
    left: Vec<usize>,
    right: Vec<usize>,
    /// Words that are spelt differently, as examples.
    respelt: Vec<(String, String)>,
    /// The last word of one name is the beginning of a word of the other.
    broken: Option<(String, String)>,
    /// The words go together from the first on, in their order, as long as the shorter lasts.
    in_order: bool,
}

fn compare(left: &Name, right: &Name, corpus: &Corpus) -> Vec<Found> {
    let mut found = Vec::new();
    if left.is_empty() || right.is_empty() {
        return found;
    }
    if let Some(acronym) = acronym(left, right, corpus) {
        found.push(acronym);
        return found;
    }
    let alignment = align(left, right, corpus);
    let weigh = |name: &Name, words: &[usize]| -> f64 {
        let words = words.iter().filter_map(|at| name.words.get(*at));
        words.map(|word| corpus.weight(word)).sum()
    };
    let (more_left, more_right) = (weigh(left, &alignment.left), weigh(right, &alignment.right));
    let spelt = |name: &Name, words: &[usize]| -> String {
        let words = words.iter().filter_map(|at| name.words.get(*at));
        words.cloned().collect::<Vec<_>>().join(" ")
    };
    let glued = left.glued() == right.glued();
    let nothing_left = alignment.left.is_empty() && alignment.right.is_empty();
    let both = format!("{} / {}", left.text, right.text);
    let plural;
    if nothing_left && alignment.respelt.is_empty() && alignment.broken.is_none() {
        let is_open = (left.is_cut || right.is_cut) && left.folded != right.folded;
        let (level, text) = if is_open {
            // Of a name that is cut nobody knows how it went on: then the small words must agree
            // too, and no other name may begin so.
            let both_cut = left.is_cut && right.is_cut;
            let is_first = if both_cut {
                (left.full.len(), &left.text) <= (right.full.len(), &right.text)
            } else {
                left.is_cut
            };
            let (short, long) = if is_first {
                (left, right)
            } else {
                (right, left)
            };
            let (one, other) = (left.full.join(" "), right.full.join(" "));
            let is_one_start = both_cut && (one.starts_with(&other) || other.starts_with(&one));
            let is_several = match corpus.continuations(short) {
                Continuations::None => false,
                Continuations::One => !is_one_start,
                Continuations::Several => true,
            };
            match is_several {
                true => (
                    Level::NameBeginsSeveral,
                    "one name is cut, and others go on from its words",
                ),
                false if is_one_start || goes_on(short, long) => {
                    (Level::NameSame, "the names have the same words")
                }
                false => (Level::NameSameSoFar, "the names have the same words"),
            }
        } else if left.plain == right.plain {
            (
                Level::NameIdentical,
                "the names are the same but for accents, case and signs",
            )
        } else if let [(one, other), ..] = left.plurals(right).as_slice() {
            plural = format!("the names have the same words but for {one}/{other}");
            (Level::NamePlural, plural.as_str())
        } else {
            (Level::NameSame, "the names have the same words")
        };
        found.push(Found::new(
            level,
            left.words.join(" "),
            format!("{text}: {both}"),
        ));
    } else if let (true, Some((part, whole))) = (
        alignment.in_order && is_one_sided(&alignment),
        &alignment.broken,
    ) && (left.may_be_cut || right.may_be_cut || part.len() >= 3)
    {
        let (short, long) = if left.words.last() == Some(part) {
            (left, right)
        } else {
            (right, left)
        };
        let (level, text) = match corpus.rivals_of_beginning(short, long, true) {
            Rivals::Some => (
                Level::NameBeginsSeveral,
                "one name is cut within a word, and several names begin so",
            ),
            Rivals::None => (
                Level::NameCutWordOnly,
                "one name is the other, cut within a word, and no other begins so",
            ),
            Rivals::Unknown => (
                Level::NameCutWord,
                "one name is the other, cut within a word",
            ),
        };
        found.push(Found::new(
            level,
            format!("{part}… {whole}"),
            format!("{text}: {both}"),
        ));
    } else if nothing_left || glued {
        let words: Vec<String> = alignment
            .respelt
            .iter()
            .chain(&alignment.broken)
            .map(|(one, other)| format!("{one}/{other}"))
            .collect();
        found.push(Found::new(
            Level::NameSpelling,
            words.join(", "),
            format!("the names differ in spelling only: {both}"),
        ));
    } else if is_one_sided(&alignment) {
        let (shorter, longer, extra, more) = if alignment.left.is_empty() {
            (left, right, &alignment.right, more_right)
        } else {
            (right, left, &alignment.left, more_left)
        };
        let words = spelt(longer, extra);
        let extra: Vec<&str> = extra
            .iter()
            .filter_map(|at| longer.words.get(*at))
            .map(String::as_str)
            .collect();
        let share = more / (alignment.shared + more);
        let (level, text) = one_sided(shorter, longer, &extra, share, &alignment, corpus);
        found.push(Found::new(
            level,
            &words,
            format!("{}: {both}", text.replace("{}", &words)),
        ));
    } else {
        let cover = 2.0 * alignment.shared / (2.0 * alignment.shared + more_left + more_right);
        let level = if cover >= 0.75 {
            Level::NameOtherHigh
        } else if cover >= 0.5 {
            Level::NameOtherMiddle
        } else {
            Level::NameOtherLow
        };
        let (one, other) = (spelt(left, &alignment.left), spelt(right, &alignment.right));
        found.push(Found::new(
            level,
            format!("{cover:.2}"),
            format!(
                "the names share {:.0} %, but differ in {one} / {other}",
                cover * 100.0
            ),
        ));
    }
    // How telling the shared words are matters only where the names agree.
    let level = found.first().map(|found| found.level);
    if !matches!(
        level,
        Some(Level::NameOtherHigh | Level::NameOtherMiddle | Level::NameOtherLow)
    ) {
        let whole = |name: &Name| weigh(name, &(0..name.words.len()).collect::<Vec<_>>());
        let shared = if glued {
            alignment.shared.max(whole(left)).max(whole(right))
        } else {
            alignment.shared
        };
        let rarest = alignment.rarest / corpus.most();
        let is_all = matches!(
            level,
            Some(Level::NameIdentical | Level::NameSame | Level::NamePlural | Level::NameSpelling)
        );
        let is_specific = alignment.is_specific || (glued && !nothing_left);
        // A register of companies has a name once, however plain its words.
        let is_plain = !is_specific
            && alignment.words <= 2
            && (left.form.is_none() || left.form != right.form);
        // That only one name fits is rarity already.
        let is_only = matches!(
            level,
            Some(
                Level::NameCutOnly
                    | Level::NameCutWordOnly
                    | Level::NameBeginningOnly
                    | Level::NameOneInPlace
                    | Level::NameContainedOnly
            )
        );
        // A whole name is as rare as its words together; of a part of one, one word must be rare.
        let level = if is_all {
            if is_plain {
                Level::WordsPlain
            } else if is_specific && shared >= 0.9 * corpus.most() {
                Level::WordsRare
            } else if !is_specific || shared >= 0.5 * corpus.most() {
                Level::WordsMiddle
            } else {
                Level::WordsCommon
            }
        } else if !is_specific && level != Some(Level::NameCutOnly) {
            Level::WordsCommon
        } else if shared >= 1.3 * corpus.most() && rarest >= 0.65 {
            Level::WordsRare
        } else if is_only || shared >= 0.75 * corpus.most() {
            Level::WordsMiddle
        } else {
            Level::WordsCommon
        };
        let text = match level {
            Level::WordsRare => "the words that they share are rare",
            Level::WordsMiddle => "the words that they share are neither rare nor common",
            Level::WordsPlain => "many bodies may have a name as plain as this",
            _ => "the words that they share are common",
        };
        if !(is_only && level == Level::WordsMiddle) {
            found.push(Found::new(level, format!("{shared:.1}"), text));
        }
    }
    traits(left, right, &mut found);
    found
}

/// The level of two names of which one has all words of the other and more, with what to say; `{}`
/// stands for the words that it has more.
fn one_sided(
    shorter: &Name,
    longer: &Name,
    extra: &[&str],
    share: f64,
    alignment: &Alignment,
    corpus: &Corpus,
) -> (Level, &'static str) {
    let is_one_in_a_place = shorter.kind.is_some_and(is_one_in_a_place);
    let enough = if is_one_in_a_place { 0.35 } else { 0.6 };
    let is_rare = alignment.rarest >= enough * corpus.most();
    let adds_place = extra
        .iter()
        .any(|word| corpus.is_place(word) && !shorter.words.iter().any(|own| own == word));
    let may_be_cut = alignment.in_order && may_be_cut_before(shorter, extra);
    let long_beginning = (
        Level::NameLongBeginning,
        "one name is the beginning of the other and may have been cut ({} comes after)",
    );
    if alignment.in_order && shorter.is_cut && goes_on(shorter, longer) {
        return match corpus.rivals_of_beginning(shorter, longer, false) {
            Rivals::None => (
                Level::NameCutOnly,
                "one name ends as if it were cut, and only the other begins so ({} comes after)",
            ),
            Rivals::Some => (
                Level::NameBeginsSeveral,
                "one name ends as if it were cut, but several begin so ({} comes after)",
            ),
            Rivals::Unknown => (
                Level::NameCutEnd,
                "one name begins the other and ends as if it were cut ({} comes after)",
            ),
        };
    }
    if alignment.in_order && shorter.is_cut {
        return (
            Level::NameBeginsSeveral,
            "one name is cut, but went on otherwise than the other ({} comes after)",
        );
    }
    if may_be_cut && !adds_place {
        return match corpus.rivals_of_beginning(shorter, longer, false) {
            Rivals::None => (
                Level::NameBeginningOnly,
                "one name may have been cut, and only the other begins so ({} comes after)",
            ),
            Rivals::Some => (
                Level::NameBeginsSeveral,
                "one name may have been cut, but several begin so ({} comes after)",
            ),
            Rivals::Unknown => long_beginning,
        };
    }
    if adds_place && !is_one_in_a_place {
        return (
            Level::NameBranch,
            "one name adds a place, as that of a branch does ({})",
        );
    }
    let tells_apart = |word: &&str| is_kind(word) || is_qualifier(word);
    let generic = extra.iter().all(|word| is_general(word));
    // What stands in front of the name of a company, or beside it where both say their legal form,
    // is another company of its group; a body that says its kind may say more of it anywhere.
    let may_say_more = match (shorter.kind.is_some(), shorter.form.or(longer.form)) {
        (true, None) => shorter.kind == longer.kind,
        (_, Some(_)) if shorter.form.is_some() && longer.form.is_some() => generic,
        (true, Some(_)) => false,
        (false, Some(_)) => alignment.in_order,
        (false, None) => alignment.in_order,
    };
    // `CAMARA [OFICIAL DE COMERCIO E INDUSTRIA] DE X`, `UNIVERSIDAD DE ALCALA [DE HENARES]`; but
    // `PUERTO LUMBRERAS` is another town than `LUMBRERAS`.
    let is_telling = |word: &String| !is_general(word) && !is_qualifier(word);
    let names_its_place = is_one_in_a_place
        && shorter.asides.is_empty()
        && shorter.words.iter().any(is_telling)
        && shorter.words.first().map(String::as_str) == shorter.kind
        && longer.words.first().map(String::as_str) == longer.kind
        && (generic || (alignment.in_order && extra.len() == 1));
    if is_rare && may_say_more && !extra.iter().any(tells_apart) {
        match corpus.rivals_of_words(shorter, longer) {
            Rivals::None if names_its_place => {
                return (
                    Level::NameOneInPlace,
                    "one name has more words ({}), but the place has one body of the kind",
                );
            }
            Rivals::None => {
                return (
                    Level::NameContainedOnly,
                    "one name has more words ({}), but no other body's name has all of the shorter",
                );
            }
            Rivals::Some => {}
            Rivals::Unknown if alignment.in_order && shorter.may_be_cut => return long_beginning,
            Rivals::Unknown => {}
        }
    }
    let level = if share < 0.15 || (generic && share < 0.45) {
        Level::NameLittleMore
    } else if share < 0.35 {
        Level::NameMore
    } else {
        Level::NameMuchMore
    };
    (level, "one name has more words ({})")
}

/// Whether a name may have been cut before further words: it fills a cell of the usual width to
/// where the next word would not have fitted, and nothing in brackets comes after it.
fn may_be_cut_before(shorter: &Name, extra: &[&str]) -> bool {
    let next = extra.first().map_or(0, |word| word.chars().count());
    let length = shorter.text.trim().chars().count();
    shorter.asides.is_empty() && shorter.form.is_none() && length + 1 + next >= NARROWEST_CELL
}

/// Whether a name goes on as one that was cut did: the small words at the end of the cut one
/// follow the same word in the other. `… AUTONOMO PARA EL` is not the beginning of `… AUTONOMO
/// INSTITUTO …`.
fn goes_on(cut: &Name, longer: &Name) -> bool {
    let tail = cut.tail.len();
    let last = cut.full.len().checked_sub(tail + 1);
    let Some(last) = last.and_then(|at| cut.full.get(at)) else {
        return true;
    };
    let is_last = |word: &String| word == last || strsim::osa_distance(word, last) <= 2;
    let Some(at) = longer.full.iter().position(is_last) else {
        return tail == 0;
    };
    let next = longer.full.get(at + 1..).unwrap_or_default();
    // The last small word may itself be what is left of a longer one: `DE VILLAVICIOSA D`.
    next.len() >= tail
        && next
            .iter()
            .zip(&cut.tail)
            .all(|(word, tail)| word.starts_with(tail.as_str()))
}

fn is_one_sided(alignment: &Alignment) -> bool {
    alignment.left.is_empty() || alignment.right.is_empty()
}

/// Kind, legal form, numbers, brackets.
fn traits(left: &Name, right: &Name, found: &mut Vec<Found>) {
    if let (Some(one), Some(other)) = (left.kind, right.kind) {
        found.push(if one == other {
            Found::new(Level::KindSame, one, format!("both are called {one}"))
        } else {
            let value = format!("{one} and {other}");
            let text = format!("they are different kinds of body: {value}");
            Found::new(Level::KindDiffers, value, text)
        });
    }
    if let (Some(one), Some(other)) = (left.form, right.form) {
        found.push(if one == other {
            Found::new(
                Level::FormSame,
                one,
                format!("both have the legal form {one}"),
            )
        } else {
            let value = format!("{one} and {other}");
            let text = format!("their legal forms differ: {value}");
            Found::new(Level::FormDiffers, value, text)
        });
    }
    let numbers = |name: &Name| name.numbers.iter().cloned().collect::<Vec<_>>().join(", ");
    match (left.numbers.is_empty(), right.numbers.is_empty()) {
        (true, true) => {}
        (false, false) if left.numbers == right.numbers => {
            let value = numbers(left);
            let text = format!("both have the number {value}");
            found.push(Found::new(Level::NumbersSame, value, text));
        }
        (false, false) => {
            let value = format!("{} and {}", numbers(left), numbers(right));
            let text = format!("their numbers differ: {value}");
            found.push(Found::new(Level::NumbersDiffer, value, text));
        }
        _ => {
            let value = format!("{}{}", numbers(left), numbers(right));
            let text = format!("only one has the number {value}");
            found.push(Found::new(Level::NumberOnOneSide, value, text));
        }
    }
    for (one, other) in [(left, right), (right, left)] {
        if other.asides.is_empty()
            && (one.form.is_some() || other.form.is_some())
            && let Some(country) = one.asides.iter().find(|word| is_region(word))
            && !other.words.contains(country)
        {
            let text = format!("only one is a company in {country}");
            found.push(Found::new(Level::CountryInName, country, text));
        }
    }
    if !left.asides.is_empty() && !right.asides.is_empty() {
        let shares = left.asides.iter().any(|word| right.asides.contains(word));
        if !shares {
            let value = format!("{} and {}", left.asides.join(" "), right.asides.join(" "));
            let text = format!("what stands in brackets differs: {value}");
            found.push(Found::new(Level::BracketsDiffer, value, text));
        }
    }
}

/// Both names are one acronym: of things that have longer names it tells little, since many bodies
/// are known by the same few letters.
fn same_acronym(left: &Name, right: &Name) -> Option<Found> {
    let acronym = left.acronyms.first()?;
    let is_all = |name: &Name| name.words.len() == 1 && name.acronyms.len() == 1;
    let is_short = acronym.chars().count() <= 6;
    let are_same = is_all(left) && is_all(right) && right.acronyms.first() == Some(acronym);
    (are_same && is_short).then(|| {
        let text = format!("both are known as {}", left.text);
        Found::new(Level::AcronymShort, acronym, text)
    })
}

/// One name is the acronym of the other.
fn acronym(left: &Name, right: &Name, corpus: &Corpus) -> Option<Found> {
    let alone = |name: &Name| match name.words.as_slice() {
        [_] if name.acronyms.len() == 1 => name.acronyms.first().cloned(),
        _ => None,
    };
    for (short, long) in [(left, right), (right, left)] {
        let Some(acronym) = alone(short) else {
            continue;
        };
        if long.words.len() < 2 {
            continue;
        }
        if long.acronyms.contains(&acronym) {
            let text = format!("{} states the acronym {acronym}", long.text);
            return Some(Found::new(Level::AcronymStated, acronym, text));
        }
        if long.words.len() >= 3 && !long.is_cut {
            match corpus.acronym(&acronym, long) {
                Rivals::None => {
                    let text = format!("{acronym} stands for {} and no other name", long.text);
                    return Some(Found::new(Level::AcronymOnly, acronym, text));
                }
                Rivals::Some => {
                    let text = format!("{acronym} stands for {} and for others", long.text);
                    return Some(Found::new(Level::AcronymShort, acronym, text));
                }
                Rivals::Unknown => {}
            }
        }
        let letters = acronym.chars().count();
        let enough = letters >= 3 && long.initials.chars().count() <= letters + 2;
        if enough && long.initials.ends_with(&acronym) {
            let text = format!("{acronym} are the first letters of {}", long.text);
            let level = match letters {
                3 | 4 => Level::AcronymShort,
                _ => Level::AcronymInitials,
            };
            return Some(Found::new(level, acronym, text));
        }
    }
    None
}

fn align(left: &Name, right: &Name, corpus: &Corpus) -> Alignment {
    let mut free_left: Vec<usize> = (0..left.words.len()).collect();
    let mut free_right: Vec<usize> = (0..right.words.len()).collect();
    let mut partner: Vec<Option<usize>> = vec![None; left.words.len()];
    let mut alignment = Alignment::default();
    let word = |name: &Name, at: usize| name.words.get(at).cloned().unwrap_or_default();
    free_left.retain(|&l| {
        let Some(at) = free_right
            .iter()
            .position(|&r| left.words.get(l) == right.words.get(r))
        else {
            return true;
        };
        let r = free_right.remove(at);
        let weight = corpus.weight(&word(left, l));
        alignment.shared += weight;
        alignment.rarest = alignment.rarest.max(weight);
        alignment.is_specific |= !is_general(&word(left, l));
        alignment.words += 1;
        if let Some(partner) = partner.get_mut(l) {
            *partner = Some(r);
        }
        false
    });
    free_left.retain(|&l| {
        let Some(at) = free_right
            .iter()
            .position(|&r| is_respelt(&word(left, l), &word(right, r), corpus))
        else {
            return true;
        };
        let r = free_right.remove(at);
        let (one, other) = (word(left, l), word(right, r));
        let weight = corpus.weight(&one).min(corpus.weight(&other));
        alignment.shared += 0.8 * weight;
        alignment.rarest = alignment.rarest.max(weight);
        alignment.is_specific |= !is_general(&one);
        alignment.words += 1;
        alignment.respelt.push((one, other));
        if let Some(partner) = partner.get_mut(l) {
            *partner = Some(r);
        }
        false
    });
    // One word is left on either side, and all else agrees and is rare: then a slip is likelier
    // than another body, even where neither word is known.
    if let ([l], [r]) = (free_left.as_slice(), free_right.as_slice())
        && alignment.words > 1
        && alignment.shared >= 0.9 * corpus.most()
        && alignment.is_specific
        && is_slip(&word(left, *l), &word(right, *r), corpus)
    {
        let (one, other) = (word(left, *l), word(right, *r));
        alignment.shared += 0.8 * corpus.weight(&one).min(corpus.weight(&other));
        if let Some(partner) = partner.get_mut(*l) {
            *partner = Some(*r);
        }
        alignment.respelt.push((one, other));
        free_left.clear();
        free_right.clear();
    }
    // What stands in brackets on one side may stand in the name on the other.
    free_left.retain(|&l| !right.asides.contains(&word(left, l)));
    free_right.retain(|&r| !left.asides.contains(&word(right, r)));
    // A last word that breaks off.
    let broken = |short: &Name, free: &[usize], long: &Name, others: &[usize]| {
        let last = short.words.len().checked_sub(1)?;
        free.contains(&last).then_some(())?;
        let part = short.words.get(last)?;
        others.iter().copied().find(|&other| {
            let whole = long.words.get(other);
            let unspelt = whole
                .is_some_and(|whole| whole.len() > part.len() && whole.starts_with(part.as_str()));
            unspelt || whole.is_some_and(|whole| begins_a_spelling(part, whole, &long.text))
        })
    };
    if let Some(r) = broken(left, &free_left, right, &free_right) {
        let l = left.words.len() - 1;
        alignment.broken = Some((word(left, l), word(right, r)));
        alignment.is_specific |= !is_general(&word(right, r));
        alignment.shared += 0.5 * corpus.weight(&word(right, r));
        free_left.retain(|&at| at != l);
        free_right.retain(|&at| at != r);
        if let Some(partner) = partner.get_mut(l) {
            *partner = Some(r);
        }
    } else if let Some(l) = broken(right, &free_right, left, &free_left) {
        let r = right.words.len() - 1;
        alignment.broken = Some((word(right, r), word(left, l)));
        alignment.is_specific |= !is_general(&word(left, l));
        alignment.shared += 0.5 * corpus.weight(&word(left, l));
        free_left.retain(|&at| at != l);
        free_right.retain(|&at| at != r);
        if let Some(partner) = partner.get_mut(l) {
            *partner = Some(r);
        }
    }
    let length = left.words.len().min(right.words.len());
    alignment.in_order = partner
        .iter()
        .take(length)
        .enumerate()
        .all(|(at, partner)| *partner == Some(at));
    alignment.left = free_left;
    alignment.right = free_right;
    alignment
}

/// Whether two words differ by one letter, or two letters in the wrong order, and one of them is so
/// rare that it is no word of its own.
fn is_slip(left: &str, right: &str, corpus: &Corpus) -> bool {
    let letters = left.chars().count().min(right.chars().count());
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    letters >= 5
        && !has_digit(left)
        && !has_digit(right)
        && corpus.count(left).min(corpus.count(right)) <= 2
        && !corpus.is_place(left)
        && !corpus.is_place(right)
        && strsim::osa_distance(left, right) <= 1
}

/// Whether a broken word begins the word that the text of the other name has where this one has
/// the meaning: `forma` of `formación`, which is kept as `training`.
fn begins_a_spelling(part: &str, meaning: &str, text: &str) -> bool {
    part.chars().count() >= 3
        && is_general(meaning)
        && text
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| {
                word.len() > part.len()
                    && word.starts_with(part)
                    && Name::new(word)
                        .words
                        .first()
                        .is_some_and(|found| found == meaning)
            })
}

/// Whether two words are one with a slip of the pen: nearly the same letters, and one of them so
/// rare that it is no word of its own (`PALENCIA` is none of `VALENCIA`).
fn is_respelt(left: &str, right: &str, corpus: &Corpus) -> bool {
    let (shorter, longer) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let letters = shorter.chars().count();
    if letters < 4 || longer.chars().count() > letters + 2 {
        return false;
    }
    if corpus.count(left).min(corpus.count(right)) > 2 {
        return false;
    }
    // Of a short word, or one that begins otherwise, one of the two must be known as a word, or
    // `Martina` would be a slip of `Marina`.
    let first_differs = left.chars().next() != right.chars().next();
    let is_known = corpus.count(left).max(corpus.count(right)) >= 4;
    if (first_differs || letters < 7) && !is_known {
        return false;
    }
    let allowed = if letters < 9 { 1 } else { 2 };
    strsim::jaro_winkler(left, right) >= 0.85 && strsim::osa_distance(left, right) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linking::records::Kind;

    fn judged(left: &str, right: &str) -> Verdict {
        let (left, right) = (Record::named(left), Record::named(right));
        let corpus = Corpus::new([&left, &right]);
        judge(&left, &right, &corpus)
    }

    #[track_caller]
    fn check_same(left: &str, right: &str) {
        let verdict = judged(left, right);
        assert!(verdict.score >= 0.8, "{left} / {right}: {verdict:#?}");
        // No side is the first one.
        assert_eq!(verdict.score, judged(right, left).score, "{left} / {right}");
    }

    #[track_caller]
    fn check_other(left: &str, right: &str) {
        let verdict = judged(left, right);
        assert!(verdict.score < 0.5, "{left} / {right}: {verdict:#?}");
    }

    #[test]
    fn one_body_under_two_names_is_found() {
        check_same(
            "FUNDACION SECRETARIADO GITANO",
            "Fundación Secretariado Gitano",
        );
        check_same("AYTO DE TORRELODONES", "AYUNTAMIENTO DE TORRELODONES");
        check_same("CERINOX SA", "Cerinox, S.A.");
        check_same("CEAR", "Comisión Española de Ayuda al Refugiado (CEAR)");
        check_same(
            "UNIVERSIDAD COMPLUTENSE DE MAD",
            "UNIVERSIDAD COMPLUTENSE DE MADRID",
        );
    }

    #[test]
    fn bodies_whose_names_are_alike_are_kept_apart() {
        check_other("Fundación San Juan Macías", "Asociación San Juan Macías");
        check_other("IES Ramón y Cajal 1", "IES Ramón y Cajal 2");
        check_other("Universidad de Málaga", "Ayuntamiento de Málaga");
        check_other("Cruz Roja Palencia", "Cruz Roja Valencia");
        check_other("Gupost SA", "Gupost Zaragoza SL");
    }

    /// The score among so many names that it tells something that only one fits.
    fn judged_among(left: &str, right: &str, others: &[&str]) -> Verdict {
        let (left, right) = (Record::named(left), Record::named(right));
        let many = (0..1_200).map(|n| Record::named(&format!("Quxa{n}b Ziro{}c", n * 7 % 1_200)));
        let others = others.iter().map(|name| Record::named(name));
        let mut all: Vec<Record> = many.chain(others).collect();
        all.extend([left.clone(), right.clone()]);
        let corpus = Corpus::new(&all);
        let verdict = judge(&left, &right, &corpus);
        let turned = judge(&right, &left, &corpus);
        assert_eq!(verdict.score, turned.score, "no side is the first one");
        verdict
    }

    fn feature(verdict: &Verdict, level: Level) -> bool {
        let weight = (level.weight() * 100.0).round() / 100.0;
        let mut reasons = verdict.reasons.iter();
        reasons.any(|reason| reason.feature == level.feature() && reason.contribution == weight)
    }

    #[test]
    fn names_that_differ_in_accents_case_and_signs_only_are_sure() {
        for (left, right) in [
            ("RUPRABLAS, S.L.", "Ruprablas S L"),
            ("FUNDACION-PICARRAL", "Fundación Picarral"),
            ("STYLO DIGITAL, S L L", "STYLO DIGITAL, S.L.L."),
            ("PEÑASCAL S. COOPERATIVA.", "PEÑASCAL KOOPERATIBA"),
        ] {
            let verdict = judged(left, right);
            assert!(verdict.score >= 0.95, "{left} / {right}: {verdict:#?}");
        }
    }

    #[test]
    fn a_plain_name_is_less_sure_than_a_rare_one() {
        let plain = judged("IES POLITECNICO", "I.E.S. Politécnico").score;
        let rare = judged("IES RODANAS", "I.E.S. Rodanas").score;
        assert!(plain < 0.9 && rare >= 0.95, "{plain} {rare}");
        // A register of companies has a name once, however plain.
        let company = judged("INSTITUTO DE EMPRESA, S.L.", "Instituto de Empresa SL").score;
        assert!(company >= 0.9, "{company}");
    }

    #[test]
    fn a_cut_name_is_that_of_the_only_one_that_begins_so() {
        let (cut, whole) = (
            "FUNDACION LABORAL DE LA",
            "Fundación Laboral de la Construcción",
        );
        let verdict = judged_among(cut, whole, &[]);
        assert!(verdict.score >= 0.8, "{verdict:#?}");
        let several = judged_among(cut, whole, &["Fundación Laboral de la Minería"]);
        assert!(several.score < 0.5, "{several:#?}");
        assert!(feature(&several, Level::NameBeginsSeveral));
        // Small words at the end tell how it went on.
        let verdict = judged_among(
            "ORGANISMO AUTONOMO PARA EL",
            "Organismo Autónomo Instituto de Salud",
            &[],
        );
        assert!(verdict.score < 0.5, "{verdict:#?}");
        // The village is told by its small words alone.
        let verdict = judged_among(
            "AYUNTAMIENTO DE LOS SANTOS DE LA",
            "Ayto. de Santos de la Humosa",
            &[
                "Ayto. de los Santos de la Humosa",
                "Ayuntamiento de Santa Olalla",
            ],
        );
        assert!(verdict.score >= 0.8, "{verdict:#?}");
    }

    #[test]
    fn a_name_that_filled_its_cell_may_go_on_but_not_with_a_place() {
        let verdict = judged_among(
            "REDES PARA LA INSERCION",
            "REDES PARA LA INSERCION SOCIOEDUCATIVA",
            &[],
        );
        assert!(feature(&verdict, Level::NameBeginningOnly), "{verdict:#?}");
        let verdict = judged_among(
            "UNION GENERAL DE TRABAJADORES",
            "UNION GENERAL TRABAJADORES TERUEL",
            &["Ayuntamiento de Teruel"],
        );
        assert!(feature(&verdict, Level::NameBranch), "{verdict:#?}");
        assert!(verdict.score < 0.5);
    }

    #[test]
    fn words_that_a_body_of_its_kind_has_may_be_left_out() {
        let (long, short) = (
            "CAMARA OFICIAL DE COMERCIO, INDUSTRIA Y NAVEGACION DE GIPUZKOA",
            "Cámara de Gipuzkoa",
        );
        let verdict = judged_among(long, short, &[]);
        assert!(verdict.score >= 0.8, "{verdict:#?}");
        for (left, right) in [
            ("University of Bath", "Bath Spa University"),
            ("Universidad de Murcia", "Universidad Católica de Murcia"),
            (
                "Ayuntamiento de Lumbreras",
                "Ayuntamiento de Puerto Lumbreras",
            ),
            ("El Corte Inglés SA", "Viajes El Corte Inglés SA"),
        ] {
            let verdict = judged_among(left, right, &[]);
            assert!(verdict.score < 0.8, "{left} / {right}: {verdict:#?}");
        }
    }

    #[test]
    fn rare_initials_of_one_name_are_its_acronym() {
        let long = "Universidad Nacional de Educación a Distancia";
        let verdict = judged_among("UNED", long, &[]);
        assert!(feature(&verdict, Level::AcronymOnly), "{verdict:#?}");
        let other = "Unión Navarra de Empresas Distribuidoras";
        let verdict = judged_among("UNED", long, &[other]);
        assert!(verdict.score < 0.8, "{verdict:#?}");
        // A name that states it settles it.
        let stated = "Unión Navarra de Empresas Distribuidoras (UNED)";
        let verdict = judged_among("UNED", long, &[stated]);
        assert!(verdict.score < 0.8, "{verdict:#?}");
    }

    #[test]
    fn one_slip_is_forgiven_where_all_else_agrees_and_is_rare() {
        check_same(
            "TRATAMIENTOS TERMICOS METASA, S.A.",
            "Tratamientos Térmicos Metsa SA",
        );
        check_other("Bar Marina", "Bar Martina");
    }

    #[test]
    fn a_country_in_brackets_makes_another_company() {
        let verdict = judged("Element Six Limited", "Element Six (UK) Limited");
        assert!(feature(&verdict, Level::CountryInName), "{verdict:#?}");
    }

    #[test]
    fn few_letters_are_no_more_than_a_hint() {
        let verdict = judged("UNED", "Universidad Nacional de Educación a Distancia");
        assert!((0.5..0.8).contains(&verdict.score), "{verdict:?}");
        check_other("MA", "Eva María Martín Marroquín-MA");
        check_other("Murcia", "Ayuntamiento de Pliego (Murcia)");
    }

    #[test]
    fn an_identifier_that_differs_vetoes_and_one_that_agrees_settles() {
        let with = |name: &str, scheme: &str, value: &str| {
            let mut record = Record::named(name);
            let values = record.identifiers.entry(scheme.to_owned()).or_default();
            values.insert(value.to_owned());
            record
        };
        let one = with("Lloyds Bank Foundation", "GB-CHC", "327114");
        let other = with("Lloyds Bank Foundation", "GB-CHC", "999999");
        let corpus = Corpus::new([&one, &other]);
        assert_eq!(judge(&one, &other, &corpus).score, 0.0);
        let renamed = with("The Foundation for England", "GB-CHC", "327114");
        assert!(judge(&one, &renamed, &corpus).score > 0.8);
    }

    #[test]
    fn a_plural_in_another_register_is_no_sure_match() {
        let with = |name: &str, scheme: &str, value: &str| {
            let mut record = Record::named(name);
            let values = record.identifiers.entry(scheme.to_owned()).or_default();
            values.insert(value.to_owned());
            record
        };
        let one = with("Bridges Community Centre", "GB-CHC", "1079085");
        let other = with("Bridge Community Centre", "GB-SC", "SC033125");
        let corpus = Corpus::new([&one, &other]);
        let verdict = judge(&one, &other, &corpus);
        assert!(verdict.score < 0.9, "{verdict:#?}");
        let told: Vec<&str> = verdict.reasons.iter().map(|r| r.text.as_str()).collect();
        assert!(
            told.iter()
                .all(|text| !text.starts_with("the names have the same words:"))
        );
        assert!(
            told.iter().any(|text| text.contains("bridges/bridge")),
            "{told:?}"
        );
        // The same name in two registers may be one body, and is never sure.
        let same = with("Bridges Community Centre", "GB-COH", "04000000");
        let corpus = Corpus::new([&one, &same]);
        let verdict = judge(&one, &same, &corpus);
        assert_eq!(verdict.score, MOST_APART, "{verdict:#?}");
        assert!(
            verdict
                .reasons
                .iter()
                .any(|r| r.text.contains("different registers"))
        );
        // A place in common makes it more than a name.
        let (mut here, mut there) = (one, same);
        here.towns.insert("monmouth".to_owned());
        there.towns.insert("monmouth".to_owned());
        assert!(judge(&here, &there, &corpus).score > 0.9);
    }

    #[test]
    fn places_and_web_addresses_count_for_and_against() {
        let at = |town: &str, host: &str| {
            let mut record = Record::named("Centro Social San Juan");
            record.towns.insert(town.to_owned());
            record.hosts.insert(host.to_owned());
            record
        };
        let (here, also_here, there) = (
            at("sevilla", "sanjuan.es"),
            at("sevilla", "sanjuan.es"),
            at("vigo", "other.es"),
        );
        let corpus = Corpus::new([&here, &there]);
        assert!(judge(&here, &also_here, &corpus).score > 0.95);
        assert!(judge(&here, &there, &corpus).score < 0.8);
        let mut service = also_here.clone();
        service.kind = Kind::Service;
        let verdict = judge(&here, &service, &corpus);
        assert!(
            verdict
                .reasons
                .iter()
                .any(|reason| reason.feature == "type")
        );
    }

    #[test]
    fn reasons_add_up_to_the_score() {
        let verdict = judged("AYTO. LOGROÑO", "EXCMO. AYUNTAMIENTO DE LOGROÑO");
        let odds: f64 = verdict
            .reasons
            .iter()
            .map(|reason| reason.contribution)
            .sum();
        let score = 1.0 / (1.0 + (-(odds + PRIOR)).exp());
        assert!((score - verdict.score).abs() < 0.02, "{verdict:?}");
        assert!(verdict.reasons.iter().all(|reason| !reason.text.is_empty()));
    }
}
