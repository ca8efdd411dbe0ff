//! Names of bodies, taken apart so that they can be compared.
//!
//! A name in a list is what somebody typed into a cell: in capitals or not, with or without
//! accents, cut where the cell ended (`CAMARA OFICIAL DE COMERCIO INDUSTRIA Y`), with the legal
//! form in any spelling, abbreviated (`AYTO.`), in one of several languages. [`Name`] keeps what
//! identifies the body and sets the rest aside.

use super::words::{LEGAL_FORMS, MEANINGS, is_kind, is_small, nearly};
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Words of a name that are looked at; what comes after tells no more.
const MOST_WORDS: usize = 40;
/// Letters of a name that are looked at.
const LONGEST: usize = 400;
/// Cells of printed lists are cut at 30 letters and more; a shorter name ends where it ends.
const SHORTEST_CUT: usize = 24;

/// Words of the longest legal form.
const LONGEST_FORM: usize = 6;
/// Legal forms of one word that may stand in front of the name.
const IN_FRONT: [&str; 7] = [
    "sa",
    "ute",
    "gmbh",
    "ltd",
    "cooperativa",
    "kooperatiba",
    "coop",
];
/// Legal forms that are no other word, wherever they stand.
const NOTHING_ELSE: [&str; 8] = ["sl", "slu", "sll", "slne", "gmbh", "ltd", "limited", "sau"];
/// How a legal form begins that was cut.
const BROKEN_FORMS: [&str; 8] = [
    "s",
    "sdad",
    "soc",
    "sociedad",
    "societat",
    "sociedade",
    "societa",
    "so",
];

/// A name, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As it was given.
    pub text: String,
    /// The words that identify, in their order: one spelling for each meaning, without small
    /// words, legal forms, brackets and numbers.
    pub words: Vec<String>,
    /// The same with the small words where they stand.
    pub full: Vec<String>,
    /// All its words as they stand, folded.
    pub folded: String,
    /// The letters of its words in one run, small words and numbers among them, without the legal
    /// form and brackets: two names that differ in accents, case, spaces and signs only have the
    /// same.
    pub plain: String,
    /// Words in brackets: often a place or an acronym.
    pub asides: Vec<String>,
    /// Numbers, years and Roman numerals.
    pub numbers: BTreeSet<String>,
    /// The kind of body that it names first.
    pub kind: Option<&'static str>,
    /// The legal form.
    pub form: Option<&'static str>,
    /// Acronyms that stand in it: the whole name, a word in brackets or after a dash.
    pub acronyms: BTreeSet<String>,
    /// The first letters of its words.
    pub initials: String,
    /// Whether the text seems to have been cut: it is long and ends in the middle.
    pub is_cut: bool,
    /// Whether it was long enough to have been cut where a word ended.
    pub may_be_cut: bool,
    /// Small words after the last one that identifies: how a name went on that was cut after them.
    pub tail: Vec<String>,
}

/// A word as it stands in the text.
struct Piece {
    word: String,
    /// Whether only a full stop parts it from the word before.
    after_stop: bool,
    in_brackets: bool,
    /// Put together from letters with full stops.
    is_joined: bool,
    after_dash: bool,
    /// All in capitals in a text that is not.
    is_upper: bool,
}

impl Name {
    /// Takes a name apart. Complexity: linear in its length.
    ///
    /// ```
    /// # use weft::linking::names::Name;
    /// let name = Name::new("AYTO. DE ALCALÁ DE HENARES");
    /// assert_eq!(name.words, ["municipality", "alcala", "henare"]);
    /// assert_eq!(name.kind, Some("municipality"));
    /// assert_eq!(Name::new("Cerinox, S. L.").form, Some("sl"));
    /// ```
    pub fn new(text: &str) -> Self {
        let mended = mended(text);
        let pieces = joined(pieces(without_file_number(&mended)));
        let mut name = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let length = text.trim().chars().count();
        name.may_be_cut = length >= SHORTEST_CUT;
        // A name that goes on in brackets is whole, even where these are not.
        let ends_in_brackets = pieces.last().is_some_and(|last| last.in_brackets)
            && pieces.first().is_some_and(|first| !first.in_brackets);
        name.is_cut =
            name.may_be_cut && !ends_in_brackets && ends_in_the_middle(&mended, pieces.last());
        let words: Vec<&str> = pieces.iter().map(|piece| piece.word.as_str()).collect();
        name.folded = words.join(" ");
        name.read(&pieces);
        name
    }

    fn read(&mut self, pieces: &[Piece]) {
        let (aside, main): (Vec<&Piece>, Vec<&Piece>) =
            pieces.iter().partition(|piece| piece.in_brackets);
        // A name that is all in brackets is not set aside.
        let (aside, main) = if main.is_empty() {
            (main, aside)
        } else {
            (aside, main)
        };
        for piece in &aside {
            if is_acronym(&piece.word) && stands_for(&piece.word, &main) {
                self.acronyms.insert(piece.word.clone());
            }
        }
        let (main, addition) = without_addition(main);
        let main_words: Vec<String> = main.iter().map(|piece| piece.word.clone()).collect();
        if let [one] = main.as_slice()
            && is_acronym(&one.word)
        {
            self.acronyms.insert(one.word.clone());
        }
        // `CENTRO … - ITENE`, `IMEPE ALCORCON-…`: a word beside a dash that could be one.
        for (at, piece) in main.iter().enumerate() {
            let before_dash = main.get(at + 1).is_some_and(|next| next.after_dash);
            let at_an_end = (at == 0 && before_dash) || (at + 1 == main.len() && piece.after_dash);
            let others: Vec<&Piece> = main
                .iter()
                .copied()
                .filter(|other| !std::ptr::eq(*other, *piece))
                .collect();
            if main.len() > 2
                && (at_an_end || piece.is_upper)
                && is_acronym(&piece.word)
                && stands_for(&piece.word, &others)
            {
                self.acronyms.insert(piece.word.clone());
            }
        }
        let (mut words, form) = without_forms(main_words);
        // `…, SOCIEDAD`, `…, S`: a legal form of which the cell had no room for more.
        if form.is_none()
            && self.may_be_cut
            && words.len() > 2
            && words
                .last()
                .is_some_and(|last| BROKEN_FORMS.contains(&last.as_str()))
        {
            words.pop();
        }
        self.form = form;
        self.plain = words.concat();
        let small = words.iter().rev().take_while(|word| is_small(word));
        self.tail = small.cloned().collect();
        self.tail.reverse();
        self.initials = words
            .iter()
            .filter(|word| !is_small(word))
            .filter_map(|word| word.chars().next())
            .collect();
        self.take(&words, false);
        let aside = aside.iter().chain(&addition);
        let aside_words: Vec<String> = aside.map(|piece| piece.word.clone()).collect();
        let (aside_words, form) = without_forms(aside_words);
        self.form = self.form.or(form);
        self.take(&aside_words, true);
        // A letter that is left of a word tells nothing but that the name was cut.
        if self.is_cut
            && self.words.len() > 2
            && self
                .words
                .last()
                .is_some_and(|word| word.chars().count() == 1)
        {
            self.words.pop();
        }
        if self.words.is_empty() {
            // Nothing but small words: then they are all there is.
            self.words = pieces.iter().map(|piece| piece.word.clone()).collect();
        }
    }

    fn take(&mut self, words: &[String], is_aside: bool) {
        let stems: Vec<String> = words.iter().map(|word| stem(word).to_owned()).collect();
        let mut at = 0;
        while let Some(stem) = stems.get(at) {
            let rest = stems.get(at..).unwrap_or_default();
            if let Some((length, meaning)) = MEANINGS.at(rest) {
                at += length;
                if !is_aside && self.kind.is_none() && is_kind(meaning) {
                    self.kind = Some(meaning);
                }
                self.push(meaning.to_owned(), is_aside);
                continue;
            }
            at += 1;
            if let Some(meaning) = nearly(stem) {
                if !is_aside && self.kind.is_none() && is_kind(meaning) {
                    self.kind = Some(meaning);
                }
                self.push(meaning.to_owned(), is_aside);
            } else if let Some(number) = number(stem) {
                self.numbers.insert(number);
            } else if !is_small(stem) && !words.get(at - 1).is_some_and(|word| is_small(word)) {
                self.push(stem.clone(), is_aside);
            } else if !is_aside {
                self.full.extend(words.get(at - 1).cloned());
            }
        }
    }

    fn push(&mut self, word: String, is_aside: bool) {
        if is_aside {
            self.asides.push(word);
        } else if is_kind(&word) && self.words.contains(&word) {
            // `FUNDACION ZEHARO FUNDAZIOA`: the kind of body in two languages.
        } else {
            self.full.push(word.clone());
            self.words.push(word);
        }
    }

    /// Its identifying words in one run, so that words written apart or together are the same.
    pub fn glued(&self) -> String {
        self.words.concat()
    }

    /// Words that stand in the singular in one of the names and in the plural in the other: they
    /// are compared as one word, and may still tell two bodies apart. Words for kinds of bodies are
    /// not among them.
    pub fn plurals(&self, other: &Self) -> Vec<(String, String)> {
        let only = |name: &Self, other: &Self| -> Vec<String> {
            let others: BTreeSet<&str> = other.folded.split(' ').collect();
            name.folded
                .split(' ')
                .filter(|word| !others.contains(word))
                .filter(|word| MEANINGS.at(&[stem(word).to_owned()]).is_none())
                .map(str::to_owned)
                .collect()
        };
        let mut rest = only(other, self);
        let mut found = Vec::new();
        for word in only(self, other) {
            let at = rest.iter().position(|one| stem(one) == stem(&word));
            if let Some(at) = at {
                found.push((word, rest.remove(at)));
            }
        }
        found
    }

    /// Whether there is anything to compare.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// A name without the number of a file or the code of a tax office that a list has in front of it:
/// `0113/2010-5 ASOC…`, `B-12345678 …`. Such a number has five digits or more; what has fewer
/// (`2010 SERVICIO DE PREVENCION`) belongs to the name.
fn without_file_number(text: &str) -> &str {
    let text = text.trim_start();
    let Some((first, rest)) = text.split_once(char::is_whitespace) else {
        return text;
    };
    let digits = first.bytes().filter(u8::is_ascii_digit).count();
    let letters = first.chars().filter(|c| c.is_alphabetic()).count();
    let has_words = rest.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    if digits >= 5 && letters <= 1 && has_words {
        rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(')
    } else {
        text
    }
}

/// Text whose UTF-8 was taken for Windows-1252 or Mac Roman by somebody before: `InserciÃ³`,
/// `Castell√≥n`.
fn mended(text: &str) -> Cow<'_, str> {
    let encodings = [
        (encoding_rs::WINDOWS_1252, &['Ã', 'Â'][..]),
        (encoding_rs::MACINTOSH, &['√'][..]),
    ];
    for (encoding, signs) in encodings {
        if !text.contains(signs) {
            continue;
        }
        let (bytes, _, has_errors) = encoding.encode(text);
        if !has_errors && let Ok(right) = String::from_utf8(bytes.into_owned()) {
            return right.into();
        }
        // Lower and upper case were changed since: the sign alone still tells of one letter.
    }
    text.into()
}

/// The words of a text, folded: lower case, without accents.
fn pieces(text: &str) -> Vec<Piece> {
    let normalizer = const { DecomposingNormalizerBorrowed::new_nfkd() };
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let is_mixed = text.chars().any(char::is_lowercase);
    let mut pieces = Vec::new();
    let mut word = String::new();
    let mut gap = String::new();
    let mut brackets = 0_u32;
    let mut is_upper = true;
    let mut end = |word: &mut String, gap: &mut String, brackets: u32, is_upper: &mut bool| {
        if !word.is_empty() && pieces.len() < MOST_WORDS {
            pieces.push(Piece {
                word: std::mem::take(word),
                after_stop: gap.trim() == ".",
                in_brackets: brackets > 0,
                is_joined: false,
                after_dash: gap.contains(['-', '–', '—', '/', ':']),
                is_upper: is_mixed && *is_upper,
            });
            gap.clear();
        }
        word.clear();
        *is_upper = true;
    };
    for c in normalizer.normalize_iter(text.chars().take(LONGEST)) {
        if classes.get_u8(c) != 0 {
            continue;
        }
        let letters = match c {
            'ß' | 'ẞ' => "ss",
            'æ' | 'Æ' => "ae",
            'œ' | 'Œ' => "oe",
            'ø' | 'Ø' => "o",
            'ł' | 'Ł' => "l",
            'đ' | 'Đ' | 'ð' | 'Ð' => "d",
            'þ' | 'Þ' => "th",
            'ı' => "i",
            // A middle dot belongs to its letters (`col·legi`), a soft hyphen to nobody.
            '·' | '\u{ad}' | '\u{200b}'..='\u{200d}' => continue,
            c if c.is_alphanumeric() => {
                is_upper &= !c.is_lowercase();
                word.extend(c.to_lowercase());
                continue;
            }
            _ => "",
        };
        if !letters.is_empty() {
            is_upper &= c.is_uppercase();
            word.push_str(letters);
            continue;
        }
        end(&mut word, &mut gap, brackets, &mut is_upper);
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        gap.push(c);
    }
    end(&mut word, &mut gap, brackets, &mut is_upper);
    pieces
}

/// Puts letters together that full stops part: `C.E.I.P.`, `CC.OO.`, `S. L.`.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut run = false;
    for piece in pieces {
        let short = |word: &str| {
            let mut letters = word.chars();
            match (letters.next(), letters.next(), letters.next()) {
                (Some(c), None, _) => c.is_alphabetic(),
                (Some(c), Some(d), None) => c == d && c.is_alphabetic(),
                _ => false,
            }
        };
        if let Some(last) = out.last_mut()
            && piece.after_stop
            && piece.in_brackets == last.in_brackets
            && short(&piece.word)
            && (run || short(&last.word))
        {
            last.word.push_str(&piece.word);
            last.is_joined = true;
            run = true;
            continue;
        }
        run = false;
        out.push(piece);
    }
    out
}

/// Parts a name after a legal form in it, since that ends the name of a company: `… S.L. - EMPRESA
/// DE INSERCION`. Not where there are several forms: a joint venture names its members.
fn without_addition(main: Vec<&Piece>) -> (Vec<&Piece>, Vec<&Piece>) {
    let is_form = |piece: &&Piece| {
        let is_form = |form: &str| LEGAL_FORMS.at(&[form.to_owned()]).is_some();
        NOTHING_ELSE.contains(&piece.word.as_str()) || (piece.is_joined && is_form(&piece.word))
    };
    let mut forms = main
        .iter()
        .enumerate()
        .filter(|(_, piece)| is_form(piece) || piece.word == "ute");
    match (forms.next(), forms.next()) {
        (Some((at, piece)), None) if at > 0 && at + 1 < main.len() && piece.word != "ute" => {
            // `… S.L. LABORAL` is a form of several words.
            let rest = main.get(at..).unwrap_or_default();
            let words: Vec<String> = rest.iter().map(|piece| piece.word.clone()).collect();
            let length = LEGAL_FORMS.at(&words).map_or(1, |(length, _)| length);
            let (name, addition) = main.split_at((at + length).min(main.len()));
            (name.to_vec(), addition.to_vec())
        }
        _ => (main, Vec::new()),
    }
}

/// Takes the legal forms at the end away; the last one said counts. In the middle only such as are
/// nothing else are taken (`… S.L. - EMPRESA`).
fn without_forms(mut words: Vec<String>) -> (Vec<String>, Option<&'static str>) {
    let mut form = None;
    // `S L`, `S L L`, `S L N E`: letters that no full stop joins; as many as make a form.
    let is_letter = |word: &&String| word.chars().count() == 1;
    let letters = words.iter().rev().take_while(is_letter).count();
    for taken in (2..=letters.min(5)).rev() {
        let at = words.len() - taken;
        let together = words.get(at..).unwrap_or_default().concat();
        if at > 0 && LEGAL_FORMS.at(std::slice::from_ref(&together)).is_some() {
            words.truncate(at);
            words.push(together);
            break;
        }
    }
    'again: loop {
        // The longest first: `S. COOP.` is one form, not `COOP.` after a word.
        for start in words.len().saturating_sub(LONGEST_FORM)..words.len() {
            let rest = words.get(start..).unwrap_or_default();
            if start > 0
                && let Some((length, meaning)) = LEGAL_FORMS.at(rest)
                && length == rest.len()
            {
                form = form.or(Some(meaning));
                words.truncate(start);
                continue 'again;
            }
        }
        break;
    }
    if words.len() > 1 {
        let (forms, others): (Vec<String>, Vec<String>) = words
            .iter()
            .cloned()
            .partition(|word| NOTHING_ELSE.contains(&word.as_str()));
        if !others.is_empty() {
            let in_the_middle = LEGAL_FORMS.at(&forms).map(|(_, meaning)| meaning);
            form = form.or(in_the_middle);
            words = others;
        }
    }
    // `STICHTING LIBER`, `SA VITEC`, `UTE …`, `SOCIEDAD COOPERATIVA …`: in front.
    if form.is_none()
        && let Some((length, meaning)) = LEGAL_FORMS.at(&words)
        && length < words.len()
        && (length > 1 || IN_FRONT.contains(&words.first().map_or("", String::as_str)))
    {
        form = Some(meaning);
        words.drain(..length);
    }
    // `SOCIEDAD DE FOMENTO …, S.A.`: the form says it.
    if form.is_some()
        && words.len() > 1
        && let Some(first) = words.first()
        && BROKEN_FORMS.contains(&first.as_str())
        && first.chars().count() > 2
    {
        words.remove(0);
    }
    (words, form)
}

/// The word without the `s` of a plural.
fn stem(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 4 && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// Digits, and Roman numerals from II on, as digits; `2ª` is 2.
fn number(word: &str) -> Option<String> {
    let digits = word.trim_end_matches(['a', 'o']);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let plain = digits.trim_start_matches('0');
        return Some(if plain.is_empty() { "0" } else { plain }.to_owned());
    }
    const ROMAN: [&str; 22] = [
        "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv",
        "xvi", "xvii", "xviii", "xix", "xx", "xxi", "xxii", "xxiii",
    ];
    let at = ROMAN.iter().position(|roman| *roman == word)?;
    Some((at + 2).to_string())
}

/// Two to eight letters and digits that are no ordinary word.
fn is_acronym(word: &str) -> bool {
    let letters = word.chars().count();
    (2..=8).contains(&letters)
        && word.chars().any(char::is_alphabetic)
        && !is_small(word)
        && MEANINGS.at(&[stem(word).to_owned()]).is_none()
        && LEGAL_FORMS.at(&[word.to_owned()]).is_none()
}

/// Whether a word can be the acronym of others: its letters come in them in this order, the first
/// at the beginning of a word. `(ITA)` after `Instituto Tecnológico de Aragón`, but not `(MURCIA)`
/// after `Ayuntamiento de Pliego`.
fn stands_for(acronym: &str, words: &[&Piece]) -> bool {
    acronym.chars().count() >= 3
        && (0..words.len()).any(|start| {
            let rest = words.get(start..).unwrap_or_default();
            let begins = rest
                .first()
                .is_some_and(|first| first.word.chars().next() == acronym.chars().next());
            let mut letters = rest.iter().flat_map(|piece| piece.word.chars());
            begins && acronym.chars().all(|c| letters.any(|letter| letter == c))
        })
}

fn ends_in_the_middle(text: &str, last: Option<&Piece>) -> bool {
    let ends_open = text.trim_end().ends_with(['-', ',', '/', '(', '&', ':']);
    let is_open = text.matches('(').count() > text.matches(')').count();
    let word_is_open = last.is_some_and(|piece| {
        let letters = piece.word.chars().count();
        (is_small(&piece.word) || letters == 1) && !text.trim_end().ends_with('.')
    });
    ends_open || is_open || word_is_open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        Name::new(text).words.join(" ")
    }

    #[test]
    fn accents_case_and_small_words_do_not_count() {
        assert_eq!(words("FUNDACIÓN DE MUJERES"), words("Fundacion Mujeres"));
        assert_eq!(words("L'Hospital de la Santa Creu"), "hospital saint creu");
        assert_eq!(words("Straße & Łódź"), "strasse lodz");
    }

    #[test]
    fn legal_forms_are_set_aside_in_every_spelling() {
        for text in [
            "Cerinox SL",
            "CERINOX, S.L.",
            "Cerinox S. L.",
            "Cerinox, S L",
            "Cerinox S.L.U.",
            "CERINOX SOCIEDAD LIMITADA",
        ] {
            let name = Name::new(text);
            assert_eq!(
                (name.words.join(" "), name.form),
                ("cerinox".into(), Some("sl")),
                "{text}"
            );
        }
        assert_eq!(Name::new("MIK S. COOP.").form, Some("coop"));
        assert_eq!(Name::new("Haus der Hilfe e.V.").form, Some("ev"));
        // What could be a form in the middle of a name is a word.
        assert_eq!(words("BATH SPA UNIVERSITY"), "bath spa university");
    }

    #[test]
    fn legal_forms_are_known_in_several_languages_and_parted_letters() {
        for (text, form) in [
            ("Stylo Digital, S L L", "sl"),
            ("Cenespi & Puertolum S.L. Unip.", "sl"),
            ("Peñascal S. Cooperativa.", "coop"),
            ("Peñascal Kooperatiba", "coop"),
            ("Egiaurrelan Koop. Elk. Txikia", "coop"),
            ("Sociedad Cooperativa Peñascal", "coop"),
            ("Sole Soc. Coop. a r.l.", "coop"),
            ("Ajuda SCCL", "coop"),
            ("Pomoc Sp. z o.o.", "doo"),
            ("Hjælp A/S", "as"),
            ("Ayuda Sociedad Civil", "sc"),
        ] {
            assert_eq!(Name::new(text).form, Some(form), "{text}");
        }
        assert_eq!(words("Sociedad Cooperativa Peñascal"), "penascal");
    }

    #[test]
    fn what_comes_after_the_legal_form_is_no_part_of_the_name() {
        let name = Name::new("A TODO TRAPO S.L.U. - EMPRESA");
        assert_eq!(
            (name.words.join(" "), name.form),
            ("todo trapo".into(), Some("sl"))
        );
        assert_eq!(name.asides, ["company"]);
        // The members of a joint venture are.
        assert!(words("UTE Lagasca S.L. - Colon").ends_with("lagasca colon"));
    }

    #[test]
    fn a_number_of_a_file_in_front_is_left_out() {
        assert_eq!(
            words("0113/2010-5 ASOC PARA LA CURA"),
            words("ASOC PARA LA CURA")
        );
        assert_eq!(words("B-12345678 Cerinox SL"), "cerinox");
        assert_eq!(Name::new("2010 Servicio SL").numbers.len(), 1);
        assert_eq!(words("0113/2010-5"), words("0113/2010-5"));
    }

    #[test]
    fn a_kind_of_body_is_known_in_several_languages() {
        for (kind, texts) in [
            (
                "foundation",
                "Fundación X; Fundazioa X; Fundació X; Fundacja X; Stiftelsen X",
            ),
            (
                "municipality",
                "AYTº X; X Udala; Ajuntament X; Concello X; Gmina X; Kommune X",
            ),
            (
                "association",
                "Asociación X; X Elkartea; Associació X; Stowarzyszenie X; Verein X",
            ),
            (
                "university",
                "Universitat X; X Unibertsitatea; Uniwersytet X; Universitet X",
            ),
        ] {
            for text in texts.split("; ") {
                assert_eq!(Name::new(text).kind, Some(kind), "{text}");
            }
        }
        // Said in two languages it is said once.
        assert_eq!(words("FUNDACION ZEHARO FUNDAZIOA"), "foundation zeharo");
    }

    #[test]
    fn one_meaning_has_one_spelling() {
        assert_eq!(words("AYTº MULA"), words("AYUNTAMIENTO DE MULA"));
        assert_eq!(
            words("UNIVERSITAT DE VALENCIA"),
            words("Universidad de Valencia")
        );
        assert_eq!(words("CRUZ ROJA VIZCAYA"), words("Cruz Roja Bizkaia"));
    }

    #[test]
    fn a_slip_in_a_long_known_word_is_forgiven() {
        assert_eq!(
            words("FUNDACIION LUIS VIVES"),
            words("Fundación Luis Vives")
        );
        assert_eq!(words("MANCAMUNIDAD DEL SUR"), words("Mancomunidad del Sur"));
        // These are words of their own.
        assert_ne!(words("INDUSTRIAL"), words("INDUSTRIA"));
    }

    #[test]
    fn numbers_acronyms_and_brackets_stand_apart() {
        let name = Name::new("I.E.S. Nº 2 (ALICANTE)");
        assert_eq!(name.numbers, BTreeSet::from(["2".to_owned()]));
        assert_eq!(name.asides, ["alicante"]);
        assert_eq!(name.kind, Some("secondary school"));
        let name = Name::new("INSTITUTO TECNOLÓGICO DE ARAGÓN (ITA)");
        assert!(name.acronyms.contains("ita"));
        assert_eq!(name.initials, "ita");
        assert!(
            Name::new("AYUNTAMIENTO DE PLIEGO (MURCIA)")
                .acronyms
                .is_empty()
        );
        assert!(Name::new("U.N.E.D.").acronyms.contains("uned"));
        assert_eq!(
            Name::new("CARLOS III").numbers,
            BTreeSet::from(["3".to_owned()])
        );
    }

    #[test]
    fn a_cut_name_is_known_by_its_end() {
        assert!(Name::new("CAMARA OFICIAL DE COMERCIO INDUSTRIA Y").is_cut);
        assert!(Name::new("CARITAS DIOCESANA DE BARBASTRO-").is_cut);
        assert!(!Name::new("AYUNTAMIENTO DE VALDEMORO").is_cut);
        assert!(!Name::new("CAMARA Y").is_cut);
    }

    #[test]
    fn letters_that_were_read_in_the_wrong_encoding_are_mended() {
        assert_eq!(words("Empresa d'InserciÃ³"), words("Empresa d'Inserció"));
        assert_eq!(words("Castell√≥n"), "castellon");
    }

    #[test]
    fn nothing_breaks_a_name() {
        for text in [
            "",
            "   ",
            "()",
            "S.L.",
            "DE LA",
            "((((",
            "....",
            "🙂",
            "a\u{301}\u{301}",
        ] {
            let name = Name::new(text);
            assert!(name.words.len() <= 2, "{text}: {name:?}");
        }
        assert!(Name::new(&"long ".repeat(10_000)).words.len() <= MOST_WORDS);
    }
}
