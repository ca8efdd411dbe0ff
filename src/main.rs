//! The `weft` command.

use std::process::ExitCode;

/// Tells each thread how much memory it holds, so that evaluations can be bounded.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    weft::cli::run()
}
