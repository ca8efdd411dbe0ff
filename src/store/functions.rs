//! Functions beyond SPARQL: GeoSPARQL's, on geometries in WKT and GeoJSON, and `fn:folded`, which
//! sorts names as people do.

use super::{brake, folded_words};
use oxigraph::model::{Literal, NamedNode, Term};
use spareval::QueryEvaluator;
use spargeo::GEOSPARQL_EXTENSION_FUNCTIONS;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// How long the text of a geometry may be, and how deep its brackets may nest.
const LONGEST_GEOMETRY: usize = 1 << 20;
const DEEPEST_GEOMETRY: usize = 64;

/// A text as search and lists compare it: its words without case, accents and punctuation.
const FOLDED: &str = "https://w3id.org/weft/fn#folded";

fn folded(arguments: &[Term]) -> Option<Term> {
    let [Term::Literal(text)] = arguments else {
        return None;
    };
    brake::text(text.value().len());
    let folded = folded_words(text.value()).join(" ");
    Some(Literal::new_simple_literal(folded).into())
}

/// The evaluator with the functions of GeoSPARQL (`geof:distance`, `geof:sfWithin`, …).
///
/// Geometries are `geo:wktLiteral` or `geo:geoJSONLiteral` in CRS84: longitude, then latitude. A
/// call that makes no sense has no value, as with SPARQL's own functions.
pub(super) fn with_extension_functions(mut evaluator: QueryEvaluator) -> QueryEvaluator {
    evaluator = evaluator.with_custom_function(NamedNode::new_unchecked(FOLDED), folded);
    for (name, function) in GEOSPARQL_EXTENSION_FUNCTIONS {
        evaluator = evaluator.with_custom_function(name.into_owned(), move |arguments| {
            call(function, arguments)
        });
    }
    evaluator
}

fn call(function: fn(&[Term]) -> Option<Term>, arguments: &[Term]) -> Option<Term> {
    if !arguments.iter().all(is_moderate) {
        return None;
    }
    // Rings that cross themselves can make the geometry library panic; then there is no value.
    catch_unwind(AssertUnwindSafe(|| function(arguments))).unwrap_or_else(|panic| {
        if panic.is::<&str>() || panic.is::<String>() {
            tracing::warn!("a geometry made a GeoSPARQL function fail");
            None
        } else {
            resume_unwind(panic)
        }
    })
}

/// Whether the text of a geometry can be parsed by recursion.
fn is_moderate(term: &Term) -> bool {
    let Term::Literal(literal) = term else {
        return true;
    };
    let text = literal.value();
    if text.len() > LONGEST_GEOMETRY {
        return false;
    }
    let mut depth = 0_usize;
    text.bytes().all(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth <= DEEPEST_GEOMETRY
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::model::Dataset;
    use spareval::QueryResults;
    use spargebra::SparqlParser;

    /// The value of an expression, or nothing if it has none.
    fn value(expression: &str) -> Option<Term> {
        let text = format!(
            "PREFIX geof: <http://www.opengis.net/def/function/geosparql/>
             PREFIX geo: <http://www.opengis.net/ont/geosparql#>
             PREFIX uom: <http://www.opengis.net/def/uom/OGC/1.0/>
             SELECT ({expression} AS ?value) {{}}"
        );
        let query = SparqlParser::new().parse_query(&text).unwrap();
        let evaluator = with_extension_functions(QueryEvaluator::new());
        let nothing = Dataset::new();
        let prepared = evaluator.prepare(&query);
        let QueryResults::Solutions(mut solutions) = prepared.execute(&nothing).unwrap() else {
            unreachable!()
        };
        solutions.next().unwrap().unwrap().get("value").cloned()
    }

    fn number(expression: &str) -> f64 {
        let Some(Term::Literal(literal)) = value(expression) else {
            panic!("{expression} has no value")
        };
        literal.value().parse().unwrap()
    }

    fn is(expression: &str, expected: bool) {
        let expected = Term::from(Literal::from(expected));
        assert_eq!(value(expression), Some(expected), "{expression}");
    }

    const AREA: &str = "'POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))'^^geo:wktLiteral";

    #[test]
    fn a_distance_is_that_of_the_globe_within_half_a_percent() {
        // The ellipsoid of WGS 84 says 464.03 km from Vienna to Trento.
        let found = number(
            "geof:distance('POINT(16.3738 48.2082)'^^geo:wktLiteral, 'POINT(11.1211 46.0667)'^^geo:wktLiteral, uom:kilometre)",
        );
        assert!((found - 464.03).abs() < 464.03 * 0.005, "{found}");
        // A degree of a meridian at the equator: 110.57 km.
        let metres = number(
            "geof:distance('POINT(0 0)'^^geo:wktLiteral, '{\"type\":\"Point\",\"coordinates\":[0,1]}'^^geo:geoJSONLiteral, uom:metre)",
        );
        assert!((metres - 110_574.0).abs() < 110_574.0 * 0.006, "{metres}");
    }

    #[test]
    fn a_point_lies_within_an_area_or_not() {
        let inside = "'POINT(1 1)'^^geo:wktLiteral";
        let outside = "'POINT(5 1)'^^geo:wktLiteral";
        is(&format!("geof:sfWithin({inside}, {AREA})"), true);
        is(&format!("geof:sfContains({AREA}, {inside})"), true);
        is(&format!("geof:sfWithin({outside}, {AREA})"), false);
        is(&format!("geof:sfDisjoint({outside}, {AREA})"), true);
        // The edge touches the area, and is not within it.
        let edge = "'POINT(4 1)'^^geo:wktLiteral";
        is(&format!("geof:sfWithin({edge}, {AREA})"), false);
        is(&format!("geof:sfIntersects({edge}, {AREA})"), true);
    }

    #[test]
    fn a_call_that_makes_no_sense_has_no_value() {
        for expression in [
            "geof:distance('POINT(0 0)', 'POINT(0 1)', uom:metre)",
            "geof:distance('POINT(0 0)'^^geo:wktLiteral, 'POINT(0'^^geo:wktLiteral, uom:metre)",
            "geof:sfWithin('POINT(1 1)'^^geo:wktLiteral)",
            "geof:sfWithin('<http://www.opengis.net/def/crs/EPSG/0/3857> POINT(1 1)'^^geo:wktLiteral, 'POINT(1 1)'^^geo:wktLiteral)",
        ] {
            assert_eq!(value(expression), None, "{expression}");
        }
    }

    #[test]
    fn geometries_that_break_the_rules_do_no_harm() {
        let bow_tie = "'POLYGON((0 0, 4 4, 4 0, 0 4, 0 0))'^^geo:wktLiteral";
        let spike = "'POLYGON((0 0, 1 0, NaN 1, 0 1e308, 0 0))'^^geo:wktLiteral";
        let nothing = "'POLYGON EMPTY'^^geo:wktLiteral";
        for function in [
            "intersection",
            "union",
            "difference",
            "symDifference",
            "sfWithin",
        ] {
            for geometry in [bow_tie, spike, nothing] {
                let _ = value(&format!("geof:{function}({geometry}, {AREA})"));
            }
        }
        let deep = format!(
            "{}POINT(0 0){}",
            "GEOMETRYCOLLECTION(".repeat(40_000),
            ")".repeat(40_000)
        );
        assert_eq!(
            value(&format!("geof:isEmpty('{deep}'^^geo:wktLiteral)")),
            None
        );
    }

    #[test]
    fn texts_are_folded_as_search_folds_them() {
        let folded = value("<https://w3id.org/weft/fn#folded>(\"Ældre–Épicerie!\"@fr)");
        assert_eq!(folded, Some(Literal::from("aeldre epicerie").into()));
        assert_eq!(value("<https://w3id.org/weft/fn#folded>(<x:y>)"), None);
    }
}
