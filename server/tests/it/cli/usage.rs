//! Help, faults and exit codes.

use crate::cli::{run, stderr, stdout};

#[test]
fn help_lists_every_command_and_names_the_default_address() {
    let help = stdout(&run(&["--help"]));
    for command in ["demo", "serve", "ingest", "decode", "ask", "simulate"] {
        assert!(help.contains(command), "{command} is missing in\n{help}");
    }
    assert!(stdout(&run(&["serve", "--help"])).contains("127.0.0.1:3000"));
}

#[test]
fn a_fault_is_one_line_of_error_and_one_of_cure() {
    let output = run(&["ask", "timeline", "filter=dstpot = 22", "--source", "/no/such/folder"]);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("error: ") && text.contains("dstpot") && text.contains("\ncure: "), "{text}");
}

#[test]
fn a_missing_folder_and_a_missing_source_are_named() {
    let missing = run(&["ask", "summary", "--source", "/no/such/folder"]);
    assert!(
        stderr(&missing).contains("/no/such/folder") && missing.status.code() == Some(1),
        "{}",
        stderr(&missing)
    );
    let none = run(&["ask", "summary"]);
    assert!(stderr(&none).contains("--source") && none.status.code() == Some(1), "{}", stderr(&none));
}

#[test]
fn listening_beyond_loopback_needs_the_word() {
    let data = tempfile::tempdir().unwrap();
    let output = crate::cli::weir()
        .args(["serve", "--listen", "0.0.0.0:0", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--unsafe-listen"), "{}", stderr(&output));
}
