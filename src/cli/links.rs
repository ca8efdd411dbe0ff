//! `weft links`: links between graphs, suggested and decided.

use super::networks::{Cell, RowFormat, Rows, for_terminal, standard_output};
use super::{CliError, Place, existing, say};
use crate::app::Writer;
use crate::app::links::{
    Decisions, Judgement, State, SuggestionQuery, USUAL_THRESHOLD, Verb, sentences,
};
use crate::store::Limits;
use clap::{Args, Subcommand};
use std::io::Write;

/// What to do about links.
#[derive(Subcommand)]
pub(super) enum Links {
    /// List pairs of things of a graph and of others that may be one, best first, with reasons
    Suggest(Suggest),
    /// Link two things
    Accept(Decide),
    /// Say that two things are not one; they are not suggested as open again
    Reject(Decide),
    /// Take a decision back
    Withdraw(Decide),
    /// Accept all open suggestions that reach a threshold
    AcceptAbove(AcceptAbove),
    /// List what was decided
    List {
        /// How the list is written [default: table on a terminal, else csv]
        #[arg(long, value_enum)]
        format: Option<RowFormat>,
    },
}

/// What is to be linked with what.
#[derive(Args)]
pub(super) struct Asked {
    /// The graph whose things are linked: an IRI, or a name under https://w3id.org/weft/graph/
    #[arg(long, value_name = "IRI")]
    graph: String,
    /// The graphs that they are linked with [default: all others]; the graph itself among them
    /// looks for doubles in it. Several are separated by commas
    #[arg(long, value_name = "IRI", default_value = "")]
    with: String,
    /// Kinds of things: actor, service, innovation, place; several are separated by commas
    /// [default: actor]
    #[arg(long = "type", value_name = "KIND", default_value = "")]
    kind: String,
}

#[derive(Args)]
pub(super) struct Suggest {
    #[command(flatten)]
    asked: Asked,
    /// The lowest score shown, from 0 to 1
    #[arg(long, value_name = "SCORE", default_value_t = USUAL_THRESHOLD)]
    threshold: f64,
    /// How many pairs are shown at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Decided pairs too
    #[arg(long)]
    all: bool,
    /// How the list is written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<RowFormat>,
}

#[derive(Args)]
pub(super) struct Decide {
    /// One thing
    source: String,
    /// The other
    target: String,
    /// The graph whose owner decides; its links are in GRAPH/links [default: for everybody]
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
    /// sameAs, or exactMatch for concepts
    #[arg(long, value_name = "P", default_value = "sameAs")]
    predicate: String,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

#[derive(Args)]
pub(super) struct AcceptAbove {
    /// The lowest score that is accepted, from 0 to 1
    threshold: f64,
    #[command(flatten)]
    asked: Asked,
}

pub(super) fn run_links(place: &Place, links: Links) -> Result<(), CliError> {
    match links {
        Links::Suggest(suggest) => run_suggest(place, &suggest),
        Links::Accept(decide) => run_decide(place, &decide, Verb::Accept),
        Links::Reject(decide) => run_decide(place, &decide, Verb::Reject),
        Links::Withdraw(decide) => run_decide(place, &decide, Verb::Withdraw),
        Links::AcceptAbove(accept) => run_accept_above(place, &accept),
        Links::List { format } => run_list(place, format),
    }
}

fn run_suggest(place: &Place, suggest: &Suggest) -> Result<(), CliError> {
    let graph = existing(place)?;
    let snapshot = graph.snapshot();
    let asked = SuggestionQuery::new(&suggest.asked.graph, &snapshot)?
        .with(&suggest.asked.with, &snapshot)?
        .of_type(&suggest.asked.kind)?
        .at_least(suggest.threshold)?;
    let found = graph.suggest_links(&snapshot, &asked, &Limits::default())?;
    let decisions = Decisions::of(&snapshot);
    let format = for_terminal(suggest.format, RowFormat::Table, RowFormat::Csv);
    let is_table = format == RowFormat::Table;
    let mut rows = if is_table {
        Rows::new(["score", "confidence", "source", "target", "state"])
    } else {
        Rows::new([
            "source",
            "sourceLabel",
            "target",
            "targetLabel",
            "score",
            "confidence",
            "state",
            "reasons",
        ])
    };
    let mut more = 0;
    for pair in &found {
        let state = decisions.state(&pair.source, &pair.target);
        if !suggest.all && state != State::Open {
            continue;
        }
        if rows.len() >= suggest.limit {
            more += 1;
            continue;
        }
        let (score, band) = (Cell::Real(pair.verdict.score), pair.confidence().name());
        if is_table {
            rows.push([
                score,
                Cell::text(band),
                Cell::label(&pair.source_label),
                Cell::label(&pair.target_label),
                Cell::text(state.name()),
            ]);
        } else {
            rows.push([
                Cell::text(pair.source.as_str()),
                Cell::text(&pair.source_label),
                Cell::text(pair.target.as_str()),
                Cell::text(&pair.target_label),
                score,
                Cell::text(band),
                Cell::text(state.name()),
                Cell::text(sentences(&pair.verdict.reasons)),
            ]);
        }
    }
    let mut output = standard_output();
    rows.write(format, &mut output)?;
    output.flush()?;
    if more > 0 {
        say(&format!("{more} more pairs; --limit shows more"));
    }
    Ok(())
}

fn run_decide(place: &Place, decide: &Decide, verb: Verb) -> Result<(), CliError> {
    let graph = existing(place)?;
    let judgement = Judgement::new(&decide.source, &decide.target, verb)?
        .by(&decide.predicate)?
        .because(&decide.comment)?;
    let name = decide.graph.as_deref();
    let committed = graph.decide_links(&Writer::Local, name, vec![judgement])?;
    let done = match verb {
        Verb::Accept => "linked",
        Verb::Reject => "kept apart",
        Verb::Withdraw => "undecided again",
    };
    say(&format!(
        "<{}> and <{}> are {done} in {} (version {}).",
        decide.source, decide.target, committed.value, committed.version
    ));
    Ok(())
}

fn run_accept_above(place: &Place, accept: &AcceptAbove) -> Result<(), CliError> {
    let graph = existing(place)?;
    let snapshot = graph.snapshot();
    let asked = SuggestionQuery::new(&accept.asked.graph, &snapshot)?
        .with(&accept.asked.with, &snapshot)?
        .of_type(&accept.asked.kind)?
        .at_least(accept.threshold)?;
    let committed = graph.accept_links(&Writer::Local, &asked, &Limits::default())?;
    for (source, target, why) in &committed.value.skipped {
        say(&format!("{source} and {target} stay open: {why}"));
    }
    say(&format!(
        "{} links were accepted (version {}).",
        committed.value.links.len(),
        committed.version
    ));
    Ok(())
}

fn run_list(place: &Place, format: Option<RowFormat>) -> Result<(), CliError> {
    let graph = existing(place)?;
    let format = for_terminal(format, RowFormat::Table, RowFormat::Csv);
    let mut rows = Rows::new([
        "state", "source", "target", "score", "reviewer", "date", "graph", "comment",
    ]);
    let maybe = |text: &Option<String>| match text {
        Some(text) => Cell::text(text),
        None => Cell::Nothing,
    };
    for decided in Decisions::of(&graph.snapshot()).all {
        let state = if decided.is_accepted {
            State::Accepted
        } else {
            State::Rejected
        };
        rows.push([
            Cell::text(state.name()),
            Cell::text(decided.source.as_str()),
            Cell::text(decided.target.as_str()),
            decided.confidence.map_or(Cell::Nothing, Cell::Real),
            maybe(&decided.reviewer),
            maybe(&decided.date),
            Cell::text(decided.graph.as_str()),
            maybe(&decided.comment),
        ]);
    }
    let mut output = standard_output();
    rows.write(format, &mut output)?;
    output.flush()?;
    Ok(())
}
