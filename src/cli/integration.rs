//! `weft integration`: the report on how well services are woven together, to be read in a
//! terminal or taken on as rows.

use super::networks::{
    Asked, Cell, Drawn, Rows, Within, for_terminal, options, rounded, standard_output, write_head,
};
use super::{CliError, Place, cut};
use crate::app::AppError;
use crate::app::integration::{IntegrationReport, NETWORK};
use crate::metrics::dependence::{PairDependence, Rung};
use crate::metrics::ladders::Figure;
use crate::metrics::mixing::{FourWayCell, MANY_CATEGORIES, Mixing, SIGNIFICANT};
use crate::network::{Category, Network};
use crate::store::Limits;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Categories that find place beside each other.
const COLUMNS: usize = 12;
/// Characters of their names above a column.
const HEAD: usize = 10;
/// Rows of a ranking.
const TOP: usize = 10;

#[derive(Args)]
pub(super) struct Report {
    /// The network of actors
    #[arg(long, value_name = "ID", default_value = NETWORK)]
    network: String,
    #[command(flatten)]
    within: Within,
    /// How the report is written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<ReportFormat>,
    #[command(flatten)]
    drawn: Drawn,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// Sections for people
    Table,
    /// All figures, one a row
    Csv,
}

pub(super) fn run_integration(place: &Place, report: &Report) -> Result<(), CliError> {
    let format = for_terminal(report.format, ReportFormat::Table, ReportFormat::Csv);
    let asked = Asked::open(place, &report.within, options(&report.drawn, None))?;
    let limits = Limits::default();
    let (measured, found) = asked.measure(&report.network, |measured, task| {
        asked
            .graph
            .integration(&asked.snapshot, measured, &limits, task)
            .map_err(|error: AppError| CliError::from(error))
    })?;
    let network = measured.network();
    let mut output = standard_output();
    match format {
        ReportFormat::Csv => flat(&found, network).csv(&mut output)?,
        ReportFormat::Table => {
            write_head(&measured, asked.snapshot.version(), &mut output)?;
            Page {
                report: &found,
                network,
                output: &mut output,
            }
            .write()?;
        }
    }
    output.flush()?;
    Ok(())
}

/// The figures in the columns of the HTTP interface.
fn flat(report: &IntegrationReport, network: &Network) -> Rows {
    let mut rows = Rows::new([
        "section",
        "indicator",
        "group",
        "from",
        "to",
        "value",
        "undefined",
        "expected",
        "numerator",
        "denominator",
        "unknown",
        "coverage",
        "p",
        "q",
        "unit",
        "base",
    ]);
    let text = |text: Option<String>| text.map_or(Cell::Nothing, Cell::Text);
    for figure in report.flat(network) {
        let coverage = figure.coverage();
        let undefined = figure.value.undefined();
        rows.push([
            Cell::text(figure.section),
            Cell::text(figure.indicator),
            text(figure.group),
            text(figure.from),
            text(figure.to),
            Cell::score(figure.value),
            undefined.map_or(Cell::Nothing, |reason| Cell::text(reason.reason())),
            Cell::known(figure.expected),
            Cell::known(figure.numerator),
            Cell::known(figure.denominator),
            Cell::known(figure.unknown),
            Cell::known(coverage),
            Cell::known(figure.p),
            Cell::known(figure.q),
            Cell::text(figure.unit),
            Cell::known(figure.base),
        ]);
    }
    rows
}

/// The report as a person reads it.
struct Page<'a, W> {
    report: &'a IntegrationReport,
    network: &'a Network,
    output: &'a mut W,
}

impl<W: Write> Page<'_, W> {
    fn write(&mut self) -> io::Result<()> {
        self.four_way()?;
        for mixing in [&self.report.tests.sector, &self.report.tests.level] {
            self.matrix(mixing)?;
        }
        self.pairs(
            "sectors",
            &self.report.sector_pairs,
            &self.report.tests.sector,
        )?;
        self.pairs("levels", &self.report.level_pairs, &self.report.tests.level)?;
        self.missing_bridges()?;
        self.key_actors()?;
        self.chains()?;
        self.groups()?;
        self.providers()?;
        self.judged()?;
        self.statements()
    }

    fn section(&mut self, title: &str) -> io::Result<()> {
        writeln!(self.output, "{title}")
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{text}")
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.output)
    }

    fn categories(&self, mixing: &Mixing) -> &[Category] {
        self.network.grouping(mixing.attribute).categories()
    }

    fn label(&self, node: u32) -> Cell {
        let node = self.network.nodes().get(node as usize);
        node.map_or(Cell::Nothing, |node| Cell::label(&node.label))
    }

    fn four_way(&mut self) -> io::Result<()> {
        let four = &self.report.tests.four_way;
        self.section("Ties across sectors and levels of responsibility")?;
        let mut rows = Rows::new(["kind", "ties", "share", "expected", "p"]);
        for (kind, cell) in [
            ("same sector, same level", &four.same),
            ("horizontal: other sector, same level", &four.horizontal),
            ("vertical: same sector, other level", &four.vertical),
            ("diagonal: other sector, other level", &four.diagonal),
        ] {
            let FourWayCell {
                ties,
                share,
                expected,
                p,
                ..
            } = cell;
            rows.push([
                Cell::text(kind),
                Cell::Ties(*ties),
                Cell::score(*share),
                Cell::score(*expected),
                Cell::known(*p),
            ]);
        }
        rows.table(self.output)?;
        let text = format!(
            "(of {} ties between actors of known sector and level; {} ties are unknown; {}, seed {})",
            four.ties,
            four.unknown,
            counted(four.permutations as usize, "permutation"),
            four.seed
        );
        self.line(&text)?;
        self.end()
    }

    fn matrix(&mut self, mixing: &Mixing) -> io::Result<()> {
        let categories = self.categories(mixing);
        let mut totals = vec![0.0; categories.len()];
        let mut ties: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for row in &mixing.rows {
            ties.insert((row.from, row.to), row.ties);
            totals[row.from as usize] += row.ties;
            if row.from != row.to {
                totals[row.to as usize] += row.ties;
                if !mixing.is_ordered {
                    ties.insert((row.to, row.from), row.ties);
                }
            }
        }
        let mut shown: Vec<u32> = (0..categories.len() as u32).collect();
        if shown.len() > COLUMNS {
            shown.sort_by(|a, b| totals[*b as usize].total_cmp(&totals[*a as usize]));
            shown.truncate(COLUMNS);
            shown.sort_unstable();
        }
        let mut columns = vec![mixing.attribute.name().to_owned()];
        columns.extend(
            shown
                .iter()
                .map(|at| cut(&categories[*at as usize].label, HEAD)),
        );
        let mut rows = Rows::new(columns);
        for from in &shown {
            let mut cells = vec![Cell::label(&categories[*from as usize].label)];
            cells.extend(shown.iter().map(|to| {
                let ties = ties.get(&(*from, *to)).copied();
                Cell::Ties(ties.unwrap_or(0.0))
            }));
            rows.push(cells);
        }
        let (all, name) = (categories.len(), mixing.attribute.name());
        let title = if mixing.is_ordered {
            format!("Ties from a {name} (row) to a {name} (column)")
        } else {
            format!("Ties between {name}s")
        };
        self.section(&title)?;
        if all == 0 {
            self.line(&format!("no actor of the network has a recorded {name}"))?;
            return self.end();
        }
        rows.table(self.output)?;
        if all > shown.len() {
            let text = format!("(the {} of {all} with most ties)", shown.len());
            self.line(&text)?;
        }
        let text = format!(
            "({} ties of known {name}, {} of unknown; an actor of several {name}s counts in each \
             with its share)",
            mixing.ties_known, mixing.ties_unknown
        );
        self.line(&text)?;
        self.end()
    }

    /// What the pairs with most ties hang on.
    fn pairs(&mut self, name: &str, pairs: &[PairDependence], mixing: &Mixing) -> io::Result<()> {
        let categories = self.categories(mixing);
        if categories.len() > MANY_CATEGORIES {
            self.section(&format!("What ties between {name} hang on"))?;
            self.line(&format!("not asked for more than {MANY_CATEGORIES} {name}"))?;
            return self.end();
        }
        let mut tied: Vec<&PairDependence> = pairs
            .iter()
            .filter(|pair| pair.ties > 0 || pair.hybrids > 0)
            .collect();
        if tied.is_empty() {
            return Ok(());
        }
        tied.sort_by_key(|pair| (std::cmp::Reverse(pair.ties), pair.first, pair.second));
        let mut rows = Rows::new([
            "one",
            "other",
            "ties",
            "in both",
            "hangs on",
            "share",
            "without it",
            "cut",
        ]);
        for pair in tied.iter().take(TOP) {
            rows.push([
                Cell::label(&categories[pair.first as usize].label),
                Cell::label(&categories[pair.second as usize].label),
                Cell::count(pair.ties),
                Cell::count(pair.hybrids),
                pair.top.map_or(Cell::Nothing, |top| self.label(top)),
                Cell::score(pair.top_share),
                Cell::count(pair.ties_without_top),
                Cell::Flag(pair.is_cut),
            ]);
        }
        let fragile = tied.iter().filter(|pair| pair.is_cut).count();
        let text = format!(
            "({} of {} joined pairs, {} of which one actor alone holds together; in both: actors that \
             are in the one and the other)",
            rows.len(),
            tied.len(),
            fragile
        );
        self.section(&format!("What ties between {name} hang on"))?;
        rows.table(self.output)?;
        self.line(&text)?;
        self.end()
    }

    fn missing_bridges(&mut self) -> io::Result<()> {
        self.section("Missing bridges: pairs without a tie where chance would bring one or more")?;
        let mut rows = Rows::new(["of", "one", "other", "ties", "expected", "q"]);
        let mut missing = 0;
        let mut untested = Vec::new();
        for mixing in [&self.report.tests.sector, &self.report.tests.level] {
            let categories = self.categories(mixing);
            if mixing.permutations == 0 {
                untested.push(mixing.attribute.name());
            }
            let mut found: Vec<_> = mixing.rows.iter().filter(|row| row.is_missing).collect();
            found.sort_by(|a, b| b.expected.total_cmp(&a.expected));
            missing += found.len();
            for row in found.into_iter().take(TOP) {
                rows.push([
                    Cell::text(mixing.attribute.name()),
                    Cell::label(&categories[row.from as usize].label),
                    Cell::label(&categories[row.to as usize].label),
                    Cell::Ties(row.ties),
                    Cell::Real(row.expected),
                    Cell::known(row.q),
                ]);
            }
        }
        if missing > 0 {
            rows.table(self.output)?;
            let text = format!("({} of {missing}; q of at most {SIGNIFICANT})", rows.len());
            self.line(&text)?;
        } else {
            self.line(&format!("none with q of at most {SIGNIFICANT}"))?;
        }
        for name in untested {
            self.line(&format!("({name}s could not be tested)"))?;
        }
        self.end()
    }

    fn key_actors(&mut self) -> io::Result<()> {
        let report = self.report;
        if !report.key_actors.is_empty() {
            self.section("Key actors: without them most pairs of sectors come apart")?;
            let mut rows = Rows::new([
                "actor, one after the other",
                "pairs cut",
                "of",
                "cut so far",
                "ties lost so far",
            ]);
            for actor in &report.key_actors {
                rows.push([
                    self.label(actor.node),
                    Cell::count(actor.pairs_cut),
                    Cell::count(actor.carried_before),
                    Cell::count(actor.pairs_cut_so_far),
                    Cell::count(actor.ties_lost_so_far),
                ]);
            }
            rows.table(self.output)?;
            self.end()?;
        }
        if !report.key_players.is_empty() {
            self.section("Key players: without them the network falls apart most")?;
            let mut rows = Rows::new(["actor, one after the other", "fragmentation", "components"]);
            for player in &report.key_players {
                rows.push([
                    self.label(player.node),
                    Cell::score(player.fragmentation.value),
                    Cell::count(player.components),
                ]);
            }
            rows.table(self.output)?;
            self.end()?;
        }
        Ok(())
    }

    fn chains(&mut self) -> io::Result<()> {
        let chains = &self.report.chains;
        self.section("Vertical chains: from local services and innovations to the national level")?;
        self.line(&format!("unbroken: {}", in_words(&chains.unbroken)))?;
        self.line(&format!(
            "missing rungs: {}",
            in_words(&chains.missing_rungs)
        ))?;
        for rung in Rung::DEMANDED {
            let lacking = chains.chains.iter();
            let lacking = lacking
                .filter(|chain| chain.missing.contains(&rung))
                .count();
            self.line(&format!("  without the {} rung: {lacking}", rung.name()))?;
        }
        self.line(&format!("up to the EU level: {}", chains.reaching_eu))?;
        self.line(&format!("not local, left out: {}", chains.not_local))?;
        self.end()
    }

    fn groups(&mut self) -> io::Result<()> {
        self.section("Ties across categories, and how evenly actors are spread over them")?;
        let mut rows = Rows::new([
            "by",
            "E-I index",
            "rescaled",
            "across",
            "of",
            "unknown",
            "diversity",
            "actors",
            "unknown actors",
        ]);
        for group in &self.report.groups {
            let across = group.ei.across();
            rows.push([
                Cell::text(group.attribute.name()),
                Cell::score(group.ei.value),
                Cell::score(group.ei.rescaled),
                Cell::Ties(across.numerator),
                Cell::Ties(across.denominator),
                Cell::Ties(across.unknown as f64),
                Cell::score(group.diversity.value),
                Cell::Ties(group.diversity.known as f64),
                Cell::Ties(group.diversity.unknown as f64),
            ]);
        }
        rows.table(self.output)?;
        self.end()
    }

    fn providers(&mut self) -> io::Result<()> {
        if self.report.providers.is_empty() {
            return Ok(());
        }
        self.section("Who provides services and innovations in each sector")?;
        let provision = self.report.provision.network();
        let mut rows = Rows::new([
            "sector",
            "services",
            "providers",
            "with one",
            "concentration",
            "most",
            "share",
        ]);
        for sector in &self.report.providers {
            let top = sector.top;
            rows.push([
                Cell::label(&sector.sector.label),
                Cell::count(sector.services),
                Cell::count(sector.providers),
                Cell::count(sector.fragile),
                Cell::score(sector.concentration),
                top.and_then(|(node, _)| provision.nodes().get(node as usize))
                    .map_or(Cell::Nothing, |node| Cell::label(&node.label)),
                Cell::known(top.map(|(_, share)| share)),
            ]);
        }
        rows.table(self.output)?;
        self.end()
    }

    fn judged(&mut self) -> io::Result<()> {
        let report = self.report;
        if report.ladders.is_empty() {
            return Ok(());
        }
        self.section("Judged integration, each ladder for itself")?;
        let mut rows = Rows::new([
            "ladder",
            "assessments",
            "parties",
            "rated pairs",
            "of",
            "scope",
            "depth",
            "reciprocity",
            "congruence",
            "gap",
        ]);
        for ladder in &report.ladders {
            let figures = &ladder.statistics;
            rows.push([
                Cell::label(&ladder.label),
                Cell::count(figures.assessments),
                Cell::count(figures.extent),
                Cell::count(figures.rated_pairs),
                Cell::count(figures.possible_pairs),
                Cell::score(figures.scope.value),
                Cell::score(figures.depth.value),
                Cell::score(figures.reciprocity.value),
                Cell::score(figures.congruence.value),
                Cell::score(figures.gap.value),
            ]);
        }
        rows.table(self.output)?;
        for (name, figure) in [
            ("all ladders on the scale from 0 to 4", &report.common.mean),
            ("systems integration", &report.access.systems),
            (
                "project-centred integration",
                &report.access.project_centred,
            ),
        ] {
            self.line(&format!("{name}: {}", in_words(figure)))?;
        }
        self.end()
    }

    fn statements(&mut self) -> io::Result<()> {
        self.section("What statements tell")?;
        let mut rows = Rows::new([
            "indicator",
            "value",
            "numerator",
            "denominator",
            "unknown",
            "unit",
        ]);
        let mut unfit = Vec::new();
        for indicator in &self.report.indicators {
            match &indicator.outcome {
                Ok((figure, _)) => rows.push([
                    Cell::text(&indicator.title),
                    Cell::score(figure.value),
                    Cell::Ties(figure.numerator),
                    Cell::Ties(figure.denominator),
                    Cell::Ties(figure.unknown),
                    Cell::text(&indicator.unit),
                ]),
                Err(reason) => unfit.push(format!("{}: {reason}", indicator.title)),
            }
        }
        rows.table(self.output)?;
        for text in unfit {
            self.line(&text)?;
        }
        Ok(())
    }
}

/// A figure with what it rests on.
fn in_words(figure: &Figure) -> String {
    let value = match (figure.value.value(), figure.value.undefined()) {
        (Some(value), _) => rounded(value, 4),
        (None, reason) => reason.map_or("-", |reason| reason.reason()).to_owned(),
    };
    let plain = |number: f64| {
        if number.fract() == 0.0 {
            format!("{number:.0}")
        } else {
            rounded(number, 4)
        }
    };
    format!(
        "{value} ({} / {}, {} unknown)",
        plain(figure.numerator),
        plain(figure.denominator),
        plain(figure.unknown)
    )
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Score, Undefined};

    #[test]
    fn a_figure_tells_what_it_rests_on() {
        let figure = Figure {
            value: Score::Value(0.25),
            numerator: 1.0,
            denominator: 4.0,
            unknown: 2.0,
        };
        assert_eq!(in_words(&figure), "0.2500 (1 / 4, 2 unknown)");
        let none = Figure {
            value: Score::Undefined(Undefined::NothingRecorded),
            numerator: 0.0,
            denominator: 0.0,
            unknown: 0.0,
        };
        let text = in_words(&none);
        assert!(text.starts_with("nothing of the kind"), "{text}");
    }
}
