//! Times as tables and feeds tell them.

use jiff::Timestamp;

/// A time with three digits of the second, in UTC: there are readers that take no other number of
/// digits, and a column should have one.
pub fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The same of a time that is written already (RFC 3339); what is none stays as it is.
pub fn rewritten(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_of_the_second() {
        for (text, expected) in [
            ("2026-11-25T10:00:00Z", "2026-11-25T10:00:00.000Z"),
            ("2026-11-25T10:00:00.123456789Z", "2026-11-25T10:00:00.123Z"),
            ("2026-11-25T10:00:00+02:00", "2026-11-25T08:00:00.000Z"),
            ("2026-11-25", "2026-11-25"),
        ] {
            assert_eq!(rewritten(text), expected);
        }
    }
}
