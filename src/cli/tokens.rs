//! `weft token`: keys for those who write, and for those who read what is private.

use super::{CliError, Place, say, settings};
use crate::app::tokens::partner_graph;
use crate::app::{AppError, NewToken, Token, TokenError, Tokens};
use clap::Subcommand;
use std::fs;
use std::io::{self, Write};

/// What to do with tokens.
#[derive(Subcommand)]
pub(super) enum Keys {
    /// Make a key; it is shown once
    Create {
        /// Who will use it
        name: String,
        /// A graph that it may write, with all below it: an IRI, or a name under
        /// https://w3id.org/weft/graph/; give it again for more
        #[arg(long = "graph", value_name = "IRI")]
        graphs: Vec<String>,
        /// Short for `--graph partner/NAME`
        #[arg(long, value_name = "NAME")]
        partner: Option<String>,
        /// A private graph that it may read but not write, with all below it; give it again for
        /// more
        #[arg(long, value_name = "IRI")]
        read: Vec<String>,
        /// It may read and write everything
        #[arg(long, conflicts_with_all = ["graphs", "read", "partner"])]
        admin: bool,
        /// Until when it is valid: a day (2027-06-30), a moment, or from now on (90d, 12w)
        #[arg(long, value_name = "WHEN")]
        expires: Option<String>,
    },
    /// List the tokens: name, when the key was made, until when it is valid, state, rights
    List,
    /// Make a new key for the same rights; the old one is worthless from then on
    Renew {
        /// Its name
        name: String,
        /// Until when the new key is valid, if not as before
        #[arg(long, value_name = "WHEN")]
        expires: Option<String>,
    },
    /// Make a key worthless
    Revoke {
        /// Its name
        name: String,
    },
}

pub(super) fn run_token(place: &Place, command: Keys) -> Result<(), CliError> {
    let config = settings(place)?.resolve()?;
    let directory = config.data_dir.unwrap_or_default();
    // Tokens have a file of their own, so this works beside a running service.
    let tokens = Tokens::open(&directory)?;
    let mut output = io::stdout().lock();
    let mut show = |(token, key): (Token, String)| {
        if let Some(until) = &token.expires {
            say(&format!("It is valid until {until}."));
        }
        say("Keep this key; it is not shown again. Send it as `Authorization: Bearer KEY`.");
        writeln!(output, "{key}")
    };
    match command {
        Keys::Create {
            name,
            graphs,
            partner,
            read,
            admin,
            expires,
        } => {
            if graphs.is_empty() && read.is_empty() && partner.is_none() && !admin {
                return Err(CliError::Usage(
                    "a token needs --graph IRI to write (or --partner NAME), --read IRI to read what is private (give them again for more), or --admin".to_owned(),
                ));
            }
            if let Some(partner) = &partner {
                partner_graph(partner).map_err(usage)?;
            }
            fs::create_dir_all(&directory).map_err(|source| CliError::File {
                path: directory.clone(),
                source,
            })?;
            let made = tokens.make(&NewToken {
                name,
                graphs,
                partner,
                read,
                admin,
                expires,
            });
            show(made.map_err(usage)?)?;
        }
        Keys::List => {
            for token in tokens.list()?.iter() {
                let until = token.expires.as_deref().unwrap_or("no end");
                let state = if token.is_expired() {
                    "expired"
                } else {
                    "valid"
                };
                writeln!(
                    output,
                    "{}\t{}\t{until}\t{state}\t{}",
                    token.name,
                    token.created,
                    rights(token)
                )?;
            }
        }
        Keys::Renew { name, expires } => {
            show(tokens.renew(&name, expires.as_deref()).map_err(usage)?)?;
        }
        Keys::Revoke { name } => {
            tokens.revoke(&name)?;
            say(&format!("Token `{name}` is revoked."));
        }
    }
    Ok(())
}

fn rights(token: &Token) -> String {
    if token.admin {
        return "everything".to_owned();
    }
    let read = token.read.iter().map(|graph| format!("read:{graph}"));
    let graphs = token.graphs.iter().cloned();
    graphs.chain(read).collect::<Vec<_>>().join(" ")
}

/// What is wrong with the arguments is told apart from what failed.
fn usage(error: TokenError) -> CliError {
    match error {
        TokenError::Graph(_) | TokenError::Partner(_) | TokenError::Expiry(_) => {
            CliError::Usage(error.to_string())
        }
        error => CliError::App(AppError::Token(error)),
    }
}
