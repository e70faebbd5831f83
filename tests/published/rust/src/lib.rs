//! What a program of this folder says to run.py, in lines on standard output, and what it asks of it.

use std::io::{stdin, Write};
use std::time::Duration;

pub const TEXT: &str = "Grüße, 漢字, 👩\u{200d}👧, a\u{2028}b, </script> \"'\\";
pub const LARGE: usize = 900_000;
pub const COUNT: usize = 2000;
pub const CROWD: usize = 50;
pub const LIMIT: Duration = Duration::from_secs(30);

pub type Outcome = Result<(), Box<dyn std::error::Error>>;

pub fn say(line: &str) {
    let line: String = line.replace('\n', " ").chars().take(300).collect();
    println!("{line}");
    std::io::stdout().flush().expect("run.py listens");
}

pub fn report(name: &str, outcome: Outcome) {
    match outcome {
        Ok(()) => say(&format!("ok {name}")),
        Err(error) => say(&format!("failed {name}: {error}")),
    }
}

pub fn lacks(name: &str, why: &str) {
    say(&format!("lacks {name}: {why}"));
}

/// Has run.py do something to the server (`restart`, `freeze`), and waits until it is done.
pub fn ask(what: &str) -> Outcome {
    say(what);
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    if answer.trim() == "done" { Ok(()) } else { Err(format!("run.py did not {what}").into()) }
}

pub fn equal<T: PartialEq + std::fmt::Debug>(actual: T, expected: T) -> Outcome {
    if actual == expected {
        return Ok(());
    }
    Err(format!("{:.80} instead of {:.80}", format!("{actual:?}"), format!("{expected:?}")).into())
}

pub fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|i| i as u8).collect()
}
