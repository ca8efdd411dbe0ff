//! What the pages say, in the languages that they speak.
//!
//! The texts are Fluent files (<https://projectfluent.org>): `src/http/texts/LANGUAGE/PAGE.ftl`,
//! one for each page. Messages whose names begin with `js-` are for the scripts, which get them
//! as `/static/texts/LANGUAGE.json`.

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/http/texts");
static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> =
    LazyLock::new(|| Language::ALL.map(bundle));

/// The cookie that remembers the language somebody chose.
pub(in crate::http) const COOKIE: &str = "weft-language";
/// The parameter of any page's address that chooses a language.
pub(in crate::http) const PARAMETER: &str = "uilang";
/// What the names of messages for scripts begin with.
const FOR_SCRIPTS: &str = "js-";

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::http) enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

impl Language {
    pub(in crate::http) const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// Its tag (BCP 47).
    pub(in crate::http) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Its name in itself.
    pub(in crate::http) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    /// The language of a tag such as `es-ES`.
    pub(in crate::http) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// What a client likes to read: what it chose before (the cookie), else what its browser says
    /// (`Accept-Language`, RFC 9110, section 12.5.4), else English.
    pub(in crate::http) fn of_headers(headers: &HeaderMap) -> Self {
        let lines = |name| {
            headers
                .get_all(name)
                .into_iter()
                .filter_map(|v| v.to_str().ok())
        };
        let chosen = lines(header::COOKIE)
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .and_then(|(_, tag)| Self::of_tag(tag));
        chosen.unwrap_or_else(|| {
            let mut liked: Vec<(f32, Self)> = lines(header::ACCEPT_LANGUAGE)
                .flat_map(|line| line.split(','))
                .filter_map(|range| {
                    let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
                    let weight: f32 = weight.trim().parse().ok().filter(|weight| *weight > 0.0)?;
                    Some((weight, Self::of_tag(tag.trim())?))
                })
                .collect();
            // Stable: of two that are liked alike the first is taken.
            liked.sort_by(|a, b| b.0.total_cmp(&a.0));
            liked
                .first()
                .map(|(_, language)| *language)
                .unwrap_or_default()
        })
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        let [english, spanish] = &*BUNDLES;
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }

    /// A text; its name where there is none, which a test rules out for the names in use.
    pub(in crate::http) fn text(self, name: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(name).and_then(|message| message.value()) else {
            return name.to_owned();
        };
        let mut errors = Vec::new();
        bundle
            .format_pattern(pattern, arguments, &mut errors)
            .into_owned()
    }

    /// A number with its thousands set apart: commas in English, points in Spanish from five
    /// digits on (as the Spanish academies' spelling has it for four).
    pub(in crate::http) fn whole(self, number: impl Into<i128>) -> String {
        let number = number.into();
        let digits = number.unsigned_abs().to_string();
        let (mark, shortest) = match self {
            Self::English => (',', 4),
            Self::Spanish => ('.', 5),
        };
        let mut text = String::new();
        if number < 0 {
            text.push('−');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && digits.len() >= shortest && (digits.len() - index) % 3 == 0 {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    /// A number with so many digits after the decimal mark.
    pub(in crate::http) fn decimal(self, number: f64, digits: usize) -> String {
        let text = format!("{number:.digits$}").replace('-', "−");
        match self {
            Self::English => text,
            Self::Spanish => text.replace('.', ","),
        }
    }

    /// A share as a percentage, with one digit after the mark unless it is whole.
    pub(in crate::http) fn percent(self, share: f64) -> String {
        let percent = share * 100.0;
        let digits = usize::from((percent - percent.round()).abs() >= 0.05);
        match self {
            Self::English => format!("{}%", self.decimal(percent, digits)),
            Self::Spanish => format!("{}\u{a0}%", self.decimal(percent, digits)),
        }
    }

    /// What the scripts say, as one object: names without `js-`, texts with `{name}` where a value
    /// goes.
    pub(in crate::http) fn for_scripts(self) -> serde_json::Map<String, serde_json::Value> {
        let mut texts = serde_json::Map::new();
        for message in messages(self) {
            if let Some(name) = message.strip_prefix(FOR_SCRIPTS) {
                // Variables stand for themselves.
                let mut arguments = FluentArgs::new();
                for variable in variables(self, &message) {
                    let place = format!("{{{variable}}}");
                    arguments.set(variable, FluentValue::from(place));
                }
                let text = self.text(&message, Some(&arguments));
                texts.insert(name.to_owned(), text.into());
            }
        }
        texts
    }
}

fn sources(language: Language) -> Vec<&'static str> {
    let mut files: Vec<_> = FILES
        .get_dir(language.tag())
        .map(|folder| folder.files().collect())
        .unwrap_or_default();
    files.sort_by_key(|file: &&include_dir::File<'_>| file.path());
    files
        .into_iter()
        .filter_map(|file| file.contents_utf8())
        .collect()
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Values go into `<bdi>` where their direction is not known.
    bundle.set_use_isolating(false);
    for source in sources(language) {
        // What cannot be read is left out here and found by the tests.
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The names of all messages, in order.
fn messages(language: Language) -> Vec<String> {
    let mut names: Vec<String> = sources(language)
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim_end())
        .filter(|name| {
            name.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

/// The variables that a message takes, in order.
fn variables(language: Language, message: &str) -> Vec<String> {
    let begin = format!("{message} =");
    let mut found = std::collections::BTreeSet::new();
    for source in sources(language) {
        let mut lines = source.lines().skip_while(|line| !line.starts_with(&begin));
        let first = lines.next();
        let rest = lines.take_while(|line| line.starts_with([' ', '\t', '}', '[', '*']));
        for line in first.into_iter().chain(rest) {
            for part in line.split('$').skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
                    .collect();
                found.insert(name);
            }
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use regex::Regex;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    fn asks(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_page_is_in_the_language_that_was_chosen_or_is_liked_best() {
        let of = |name, value| Language::of_headers(&asks(name, value));
        assert_eq!(
            of(header::COOKIE, "a=b; weft-language=es"),
            Language::Spanish
        );
        assert_eq!(
            of(header::ACCEPT_LANGUAGE, "es-MX,en;q=0.5"),
            Language::Spanish
        );
        assert_eq!(
            of(header::ACCEPT_LANGUAGE, "fr, es;q=0.2, en;q=0.7"),
            Language::English
        );
        assert_eq!(of(header::ACCEPT_LANGUAGE, "es;q=0"), Language::English);
        assert_eq!(of(header::ACCEPT_LANGUAGE, "eu"), Language::English);
        assert_eq!(
            of(header::COOKIE, "weft-language=<script>"),
            Language::English
        );
    }

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        let numbers = [0, 12, 1_234, 12_345, -1_234_567];
        let all = |language: Language| numbers.map(|number| language.whole(number)).join(" ");
        assert_eq!(all(Language::English), "0 12 1,234 12,345 −1,234,567");
        assert_eq!(all(Language::Spanish), "0 12 1234 12.345 −1.234.567");
        assert_eq!(Language::Spanish.percent(0.625), "62,5\u{a0}%");
        assert_eq!(Language::English.percent(0.5), "50%");
        assert_eq!(Language::Spanish.decimal(-0.25, 2), "−0,25");
    }

    #[test]
    fn every_file_can_be_read_and_names_are_given_once() {
        for language in Language::ALL {
            for source in sources(language) {
                if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
                    panic!("{}: {errors:?} in\n{source}", language.tag());
                }
            }
            let names = messages(language);
            let once: BTreeSet<&String> = names.iter().collect();
            let twice: Vec<_> = once
                .iter()
                .filter(|name| names.iter().filter(|other| *other == **name).count() > 1)
                .collect();
            assert!(
                twice.is_empty(),
                "{}: given twice: {twice:?}",
                language.tag()
            );
        }
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_values() {
        let of = |language: Language| -> BTreeSet<String> {
            messages(language)
                .into_iter()
                .map(|name| format!("{name}({})", variables(language, &name).join(", ")))
                .collect()
        };
        let (english, spanish) = (of(Language::English), of(Language::Spanish));
        let only = |a: &BTreeSet<String>, b| a.difference(b).cloned().collect::<Vec<_>>();
        assert_eq!(only(&english, &spanish), [""; 0], "not in Spanish");
        assert_eq!(only(&spanish, &english), [""; 0], "not in English");
    }

    /// All files below a folder whose names end so.
    fn files(folder: &Path, end: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("vendor") {
                files(&path, end, found);
            } else if path.to_string_lossy().ends_with(end) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }

    #[test]
    fn every_text_that_is_used_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
        let names: BTreeSet<String> = messages(Language::English).into_iter().collect();
        let mut missing = Vec::new();
        let mut look = |end: &str, pattern: &str, begin: &str| {
            let mut found = Vec::new();
            files(&root, end, &mut found);
            let pattern = Regex::new(pattern).unwrap();
            for (file, text) in found {
                for captures in pattern.captures_iter(&text) {
                    let name = format!("{begin}{}", &captures[1]);
                    if !names.contains(&name) {
                        missing.push(format!("{file}: {name}"));
                    }
                }
            }
        };
        let in_rust = r#"shell\s*\.(?:t|n|with)\(\s*"([^"]+)""#;
        look(".html", in_rust, "");
        look(".rs", in_rust, "");
        look(".js", r#"\bt\(\s*["'`]([A-Za-z][\w-]*)["'`]"#, FOR_SCRIPTS);
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn scripts_get_texts_with_places_for_values() {
        for language in Language::ALL {
            let texts = language.for_scripts();
            assert!(!texts.is_empty());
            for (name, text) in &texts {
                assert!(!text.as_str().unwrap().contains('$'), "{name}: {text}");
            }
        }
    }
}
