//! How alike two names of an organisation, a service or a place are.
//!
//! [`Name::similarity`] compares a name as somebody writes it with a label of the data.
//! It rests on the two texts alone, so that the same pair gets the same number in every data set,
//! and a reader learns nothing of names that are hidden from them.

use crate::store::folded_words;
use std::cmp::Ordering;

/// Words of a name that are compared; tables of grants have names of whole sentences.
const MOST_WORDS: usize = 24;
/// A name of so many letters is taken as cut off where the other goes on.
const CUT_OFF: usize = 20;

/// How alike two names are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NameMatch {
    /// From 0, nothing in common, to 1, the same.
    pub score: f64,
    /// What they have in common.
    pub kind: NameKind,
}

/// What two names have in common, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// Some words, or parts of words.
    Partly,
    /// One has the initials of the other.
    Initials,
    /// One is the beginning of the other, cut off.
    CutOff,
    /// All words that say something; the legal form, the order or small words differ.
    Words,
    /// Every word, in order, but for case, accents and punctuation.
    Same,
}

/// Words that say how a body is constituted, not which one it is.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "aps",
    "as",
    "asbl",
    "bv",
    "bvba",
    "cic",
    "cio",
    "cv",
    "cvba",
    "doo",
    "eg",
    "ev",
    "ggmbh",
    "gmbh",
    "gug",
    "ik",
    "inc",
    "kft",
    "kg",
    "llc",
    "lp",
    "ltd",
    "mbh",
    "nonprofit",
    "nv",
    "odv",
    "onlus",
    "oy",
    "oyj",
    "plc",
    "rt",
    "ry",
    "sa",
    "sal",
    "sarl",
    "sas",
    "sc",
    "scarl",
    "sccl",
    "scop",
    "scrl",
    "sl",
    "sll",
    "slu",
    "soc",
    "spa",
    "sprl",
    "srl",
    "sro",
    "ug",
    "vof",
    "vzw",
    "zrt",
    "zs",
    "limited",
    "incorporated",
];

/// Articles, prepositions and conjunctions of the languages of the data.
const SMALL_WORDS: &[&str] = &[
    "a", "al", "and", "av", "con", "da", "das", "de", "degli", "dei", "del", "dell", "della",
    "delle", "dels", "dem", "den", "der", "des", "det", "di", "do", "dos", "du", "e", "ed", "el",
    "els", "en", "et", "eta", "etc", "for", "fur", "het", "i", "il", "im", "in", "l", "la", "las",
    "le", "les", "lo", "los", "na", "o", "of", "og", "on", "para", "per", "por", "pour", "the",
    "to", "um", "und", "van", "vom", "von", "voor", "y", "zu", "zum", "zur",
];

/// Words that many names have, by what they mean: another language's counts as nearly the same.
const COMMON_WORDS: &[&[&str]] = &[
    &[
        "fundacion",
        "fundacio",
        "fundacao",
        "fondazione",
        "fondation",
        "foundation",
        "stiftung",
        "stichting",
        "stiftelse",
        "stiftelsen",
        "fundazioa",
        "nadacia",
        "nadace",
        "fundacja",
        "fund",
        "trust",
    ],
    &[
        "asociacion",
        "associacio",
        "associacao",
        "associazione",
        "association",
        "asoc",
        "assoc",
        "verein",
        "verband",
        "vereniging",
        "forening",
        "foreningen",
        "elkartea",
        "society",
        "sdruzeni",
        "stowarzyszenie",
    ],
    &[
        "federacion",
        "federacio",
        "federation",
        "federazione",
        "bundesverband",
        "foderation",
        "federacao",
        "federazioa",
        "confederacion",
        "union",
    ],
    &[
        "universidad",
        "universitat",
        "universite",
        "universita",
        "university",
        "universidade",
        "universiteit",
        "universitetet",
        "universitet",
        "uniwersytet",
        "univerzita",
        "egyetem",
    ],
    &[
        "ayuntamiento",
        "ajuntament",
        "udala",
        "concello",
        "municipality",
        "municipio",
        "comune",
        "commune",
        "gemeinde",
        "gemeente",
        "stadt",
        "city",
        "ville",
        "council",
    ],
    &[
        "ministerio",
        "ministry",
        "ministerium",
        "ministere",
        "ministero",
        "ministerie",
    ],
    &[
        "instituto",
        "institut",
        "institute",
        "istituto",
        "instituut",
    ],
    &["centro", "center", "centre", "zentrum", "centrum"],
    &[
        "servicio",
        "servicios",
        "service",
        "services",
        "servizio",
        "servizi",
        "dienst",
        "dienste",
    ],
    &[
        "hospital",
        "krankenhaus",
        "ospedale",
        "hopital",
        "ziekenhuis",
    ],
    &[
        "cooperativa",
        "cooperative",
        "genossenschaft",
        "coop",
        "kooperativa",
    ],
    &["red", "network", "netzwerk", "reseau", "rete", "netwerk"],
    &[
        "social", "sociales", "sozial", "soziale", "sociale", "sociali",
    ],
    &["nacional", "national", "nazionale", "nationale"],
    &[
        "europea",
        "european",
        "europaische",
        "europeenne",
        "europeo",
        "europeia",
    ],
];

/// A name, taken apart to be compared.
pub struct Name {
    text: String,
    whole: Words,
    parts: Vec<(Words, f64)>,
}

impl Name {
    /// Takes a name apart.
    ///
    /// Complexity: **O(n)** of its length.
    pub fn new(text: &str) -> Self {
        let parts = parts(text).into_iter();
        Self {
            text: text.to_owned(),
            whole: Words::new(text),
            parts: parts
                .map(|(part, factor)| (Words::new(part), factor))
                .collect(),
        }
    }

    /// The name as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Compares two names: one as somebody writes it and a label of the data, in either order.
    ///
    /// Case, accents and punctuation do not count, legal forms and small words hardly, and words
    /// that many names have (`Fundación`, `Verein`, also in another language) half as much as
    /// others. Words are paired whatever their order: the same, one the beginning of the other
    /// (`Fund.`), or a typing error or two apart. A name with a part in brackets or after a dash is
    /// compared whole and in parts. `ae`, `oe`, `ue` count as umlauts.
    ///
    /// Complexity: **O(n m)** for `n` and `m` words, at most 24 each.
    pub fn similarity(&self, other: &Self) -> NameMatch {
        if self.text == other.text {
            return NameMatch {
                score: 1.0,
                kind: NameKind::Same,
            };
        }
        let mut best = compared(&self.whole, &other.whole);
        for (whole, parts) in [(&self.whole, &other.parts), (&other.whole, &self.parts)] {
            for (part, factor) in parts {
                let mut found = compared(whole, part);
                found.score *= factor;
                found.kind = found.kind.min(NameKind::Words);
                if found.score > best.score {
                    best = found;
                }
            }
        }
        best
    }
}

/// The parts of a name that may stand alone, with how much of it each of them is: the text before
/// brackets, the one in them, and what a dash or a bar sets apart.
fn parts(name: &str) -> Vec<(&str, f64)> {
    let mut found = Vec::new();
    if let Some((before, rest)) = name.split_once(['(', '['])
        && let Some((within, _)) = rest.split_once([')', ']'])
    {
        found.push((before, 0.97));
        found.push((within, 0.9));
    }
    for dash in [" - ", " – ", " — ", " / ", " | ", ": "] {
        if name.contains(dash) {
            found.extend(name.split(dash).take(4).map(|part| (part, 0.9)));
        }
    }
    found.retain(|(part, _)| part.chars().filter(|c| c.is_alphanumeric()).count() >= 3);
    found
}

/// A name, taken apart.
struct Words {
    words: Vec<Word>,
    /// All letters and digits.
    letters: String,
    /// How much its words weigh together.
    weight: f64,
}

struct Word {
    text: String,
    letters: usize,
    weight: f64,
    /// Its place in [`COMMON_WORDS`].
    meaning: Option<usize>,
}

impl Words {
    fn new(name: &str) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut singles = 0;
        for text in folded_words(name) {
            // `S. L.` and `e.V.` are one word each.
            let is_single = text.chars().count() == 1 && !text.chars().any(char::is_numeric);
            singles = if is_single { singles + 1 } else { 0 };
            match texts.last_mut() {
                Some(last) if singles > 1 => last.push_str(&text),
                _ => texts.push(text),
            }
        }
        texts.truncate(MOST_WORDS);
        let words: Vec<Word> = texts.into_iter().map(Word::new).collect();
        Self {
            letters: words.iter().map(|word| word.text.as_str()).collect(),
            weight: words.iter().map(|word| word.weight).sum(),
            words,
        }
    }

    fn initials(&self, of: impl Fn(&&Word) -> bool) -> String {
        let initial = |word: &Word| word.text.chars().next();
        self.words.iter().filter(of).filter_map(initial).collect()
    }
}

impl Word {
    fn new(text: String) -> Self {
        let letters = text.chars().count();
        let text = if letters > 4 { plain(&text) } else { text };
        let meaning = COMMON_WORDS
            .iter()
            .position(|words| words.contains(&text.as_str()));
        let weight = if LEGAL_FORMS.contains(&text.as_str()) {
            0.12
        } else if SMALL_WORDS.contains(&text.as_str()) {
            0.08
        } else if meaning.is_some() {
            0.5
        } else {
            match letters {
                0..=2 => 0.6,
                3..=4 => 0.85,
                _ => 1.0,
            }
        };
        Self {
            letters: text.chars().count(),
            text,
            weight,
            meaning,
        }
    }

    fn says_something(&self) -> bool {
        self.weight > 0.2
    }
}

/// Umlauts that are written as two letters, as the one that folding leaves of them.
fn plain(word: &str) -> String {
    word.replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
}

/// How alike two words are; 0 if not at all.
fn likeness(left: &Word, right: &Word) -> f64 {
    if left.text == right.text {
        return 1.0;
    }
    if left.meaning.is_some() && left.meaning == right.meaning {
        return 0.9;
    }
    let (short, long) = if left.letters <= right.letters {
        (left, right)
    } else {
        (right, left)
    };
    if short.letters >= 3 && long.text.starts_with(short.text.as_str()) {
        return 0.7 + 0.25 * short.letters as f64 / long.letters as f64;
    }
    if short.letters < 4 || left.text.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0.0;
    }
    if long.letters - short.letters > 3 {
        return 0.0;
    }
    let errors = strsim::osa_distance(&left.text, &right.text);
    let allowed = match long.letters {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    if errors > allowed {
        return 0.0;
    }
    let alike = 1.0 - 1.2 * errors as f64 / long.letters as f64;
    if alike >= 0.55 { alike } else { 0.0 }
}

fn compared(name: &Words, label: &Words) -> NameMatch {
    if name.words.is_empty() || label.words.is_empty() {
        return NameMatch {
            score: 0.0,
            kind: NameKind::Partly,
        };
    }
    if name.letters == label.letters {
        let is_same = name.words.len() == label.words.len();
        return NameMatch {
            score: if is_same { 1.0 } else { 0.98 },
            kind: if is_same {
                NameKind::Same
            } else {
                NameKind::Words
            },
        };
    }
    let mut best = paired(name, label);
    let (short, long) = if name.letters.len() <= label.letters.len() {
        (name, label)
    } else {
        (label, name)
    };
    let length = short.letters.chars().count();
    if length >= CUT_OFF && long.letters.starts_with(&short.letters) {
        let share = length as f64 / long.letters.chars().count() as f64;
        let cut = NameMatch {
            score: 0.78 + 0.17 * share,
            kind: NameKind::CutOff,
        };
        if cut.score > best.score {
            best = cut;
        }
    }
    for (initials, of) in [(name, label), (label, name)] {
        if let [word] = initials.words.as_slice()
            && (3..=10).contains(&word.letters)
            && of.words.len() >= 3
            && (of.initials(|_| true) == word.text
                || of.initials(|word| word.says_something()) == word.text
                || of.initials(|word| word.weight > 0.1) == word.text)
            && best.score < 0.72
        {
            best = NameMatch {
                score: 0.72,
                kind: NameKind::Initials,
            };
        }
    }
    best
}

/// Pairs words, the likest first, and weighs what is paired against all.
fn paired(name: &Words, label: &Words) -> NameMatch {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (at, word) in name.words.iter().enumerate() {
        for (other_at, other) in label.words.iter().enumerate() {
            let alike = likeness(word, other);
            if alike > 0.0 {
                pairs.push((alike, at, other_at));
            }
        }
    }
    // Of equal pairs those first that stand alike in both, so that order can be told.
    pairs.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then(a.1.abs_diff(a.2).cmp(&b.1.abs_diff(b.2)))
            .then(a.1.cmp(&b.1))
            .then(a.2.cmp(&b.2))
    });
    let mut of_name = vec![None; name.words.len()];
    let mut of_label = vec![false; label.words.len()];
    let mut matched = 0.0;
    let mut is_like = false;
    let mut said = 0.0;
    for (alike, at, other_at) in pairs {
        if of_name[at].is_some() || of_label[other_at] {
            continue;
        }
        of_name[at] = Some(other_at);
        of_label[other_at] = true;
        let (word, other) = (&name.words[at], &label.words[other_at]);
        matched += alike * (word.weight + other.weight);
        is_like |= alike < 1.0 && word.says_something();
        if word.meaning.is_none() && word.says_something() {
            said += alike * word.weight;
        }
    }
    let mut score = (matched / (name.weight + label.weight)).min(1.0);
    let places: Vec<usize> = of_name.iter().flatten().copied().collect();
    let is_ordered = places
        .windows(2)
        .all(|pair| pair[0].cmp(&pair[1]) == Ordering::Less);
    let left_over = |words: &[Word], is_paired: &dyn Fn(usize) -> bool| {
        words
            .iter()
            .enumerate()
            .any(|(at, word)| word.says_something() && !is_paired(at))
    };
    let is_whole = !is_like
        && !left_over(&name.words, &|at| of_name[at].is_some())
        && !left_over(&label.words, &|at| of_label[at]);
    if !is_ordered {
        score *= 0.98;
    }
    if is_whole {
        // What differs says nothing of who is meant.
        score = score.max(0.96);
        return NameMatch {
            score: score.min(0.99),
            kind: NameKind::Words,
        };
    }
    let has_names = |words: &Words| {
        words
            .words
            .iter()
            .any(|word| word.meaning.is_none() && word.says_something())
    };
    if said == 0.0 && has_names(name) && has_names(label) {
        // "Fundación X" and "Fundación Y" have nothing in common.
        score *= 0.4;
    }
    NameMatch {
        score: score.min(0.97),
        kind: NameKind::Partly,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(name: &str, label: &str) -> NameMatch {
        Name::new(name).similarity(&Name::new(label))
    }

    fn score(name: &str, label: &str) -> f64 {
        let there = similarity(name, label).score;
        let back = similarity(label, name).score;
        assert!((there - back).abs() < 1e-9, "{name} / {label}");
        there
    }

    #[track_caller]
    fn is_likely(name: &str, label: &str) {
        let score = score(name, label);
        assert!(score >= 0.85, "{name} / {label}: {score}");
    }

    #[track_caller]
    fn is_unlikely(name: &str, label: &str) {
        let score = score(name, label);
        assert!(score < 0.7, "{name} / {label}: {score}");
    }

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        let found = similarity(
            "Fundacion Secretariado Gitano",
            "FUNDACIÓN SECRETARIADO GITANO",
        );
        assert_eq!((found.score, found.kind), (1.0, NameKind::Same));
        is_likely(
            "Paritaetische Gesamtverband",
            "Paritätischer Gesamtverband e.V.",
        );
    }

    #[test]
    fn legal_forms_order_and_small_words_hardly_count() {
        let found = similarity("Caritas Wien", "Caritas der Stadt Wien gGmbH");
        assert!(found.score > 0.8, "{found:?}");
        let found = similarity("Bethel Sozialwerk", "Sozialwerk Bethel e. V.");
        assert_eq!(found.kind, NameKind::Words);
        is_likely("Clece S.A.", "CLECE, SA");
    }

    #[test]
    fn typing_errors_and_abbreviations_are_forgiven() {
        is_likely(
            "Fundacion Secretriado Gitano",
            "Fundación Secretariado Gitano",
        );
        is_likely(
            "Asoc. Española contra el Cáncer",
            "Asociación Española Contra el Cáncer",
        );
    }

    #[test]
    fn a_name_that_is_cut_off_is_the_same() {
        let found = similarity(
            "CONFEDERACION ESPAÑOLA DE PERSONAS CON DISC",
            "Confederación Española de Personas con Discapacidad Física y Orgánica",
        );
        assert!(found.score > 0.85, "{found:?}");
    }

    #[test]
    fn initials_may_stand_for_a_name_but_are_not_sure() {
        let found = similarity("FSG", "Fundación Secretariado Gitano");
        assert_eq!((found.score, found.kind), (0.72, NameKind::Initials));
        is_likely(
            "Fundación Secretariado Gitano",
            "Fundación Secretariado Gitano (FSG)",
        );
        is_likely("FSG", "Fundación Secretariado Gitano (FSG)");
    }

    #[test]
    fn common_words_alone_make_nothing_alike() {
        is_unlikely("Fundación Uno", "Fundación Secretariado Gitano");
        is_unlikely("Ayuntamiento de Burgos", "Ayuntamiento de Bilbao");
        is_unlikely("Universidad de Sevilla", "Universidad de Granada");
        is_unlikely("Caritas Wien", "Caritas Graz");
    }

    #[test]
    fn another_language_of_a_common_word_is_nearly_the_same() {
        is_likely("University of Deusto", "Universidad de Deusto");
    }

    #[test]
    fn numbers_must_be_the_same() {
        is_unlikely("Kreis 12", "Kreis 13");
        assert_eq!(score("", "Caritas"), 0.0);
        assert_eq!(score("---", "Caritas"), 0.0);
    }
}
