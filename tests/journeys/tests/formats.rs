//! This file is the whole walk, once per format: drop, curve, criterion, ledger, reload.
//!
//! The criterion looks back two checkpoints; what it must say was worked out by hand from the values of each log.

use journeys::logs::event_file;
use journeys::{Browser, Logs};
use std::path::PathBuf;

/// What a walk must find.
struct Expected<'a> {
    experiment: &'a str,
    /// In the order of the list: name, and how its status begins once the criterion is set.
    runs: &'a [(&'a str, &'a str)],
    /// Titles of the cards that are not folded away, in their order.
    cards: &'a [&'a str],
    objective: &'a str,
    goal: &'a str,
    /// Why this objective.
    guess: &'a str,
    /// Of the run in focus: checkpoint, place, value, the criterion's sentence, all together.
    ledger: &'a [[&'a str; 5]],
    heading: &'a str,
    sentence: &'a str,
}

/// Drops the files on the start screen and walks to the end.
fn walk(files: &[PathBuf], expected: &Expected<'_>) {
    let browser = Browser::open();
    browser.wait_for_text("h1", "Drop training logs");
    browser.drop_runs(files, expected.runs.len());
    let names: Vec<&str> = expected.runs.iter().map(|(name, _)| *name).collect();
    browser.wait_for_value("[aria-label='Name of the experiment']", expected.experiment);
    assert_eq!(browser.texts(".run-list__name"), names);
    assert_eq!(card_titles(&browser), expected.cards);

    browser.open_tab("Stopping");
    browser.wait_for_value("[aria-label=Objective]", expected.objective);
    assert_eq!(browser.text("[aria-label=Direction] [aria-pressed=true]"), expected.goal);
    let guess = browser.text(".objective__guess");
    assert!(guess.contains(expected.guess), "{guess}");
    assert_eq!(browser.text(".advice h2"), "No stopping criterion yet");

    browser.look_back(2);
    check_verdicts(&browser, expected);

    browser.reload();
    browser.wait_for(".ledger__row .verdict");
    assert_eq!(browser.tab(), "Stopping");
    assert_eq!(browser.texts(".run-list__name"), names);
    browser.wait_for_value("[aria-label='Look back, checkpoints']", "2");
    check_verdicts(&browser, expected);
    browser.open_tab("Curves");
    browser.wait_for_curve();
    assert_eq!(card_titles(&browser), expected.cards);
    browser.goto("#");
    browser.wait_for_text(".tile__name", expected.experiment);
    assert_eq!(browser.errors(), [""; 0]);
}

#[track_caller]
fn check_verdicts(browser: &Browser, expected: &Expected<'_>) {
    assert_eq!(browser.ledger(), expected.ledger);
    let first = expected.ledger.iter().position(|row| row[4] == "stop").expect("every walk meets a stop");
    assert_eq!(browser.texts(".ledger__row--first td:first-child"), [expected.ledger[first][0]]);
    assert_eq!(browser.text(".advice h2"), expected.heading);
    assert_eq!(browser.text(".advice p"), expected.sentence);
    for ((name, status), found) in expected.runs.iter().zip(browser.texts(".run-list__status")) {
        assert!(found == *status || found.starts_with(&format!("{status} ")), "{name} says {found:?}");
    }
}

/// The titles of the cards, without the notes behind them.
fn card_titles(browser: &Browser) -> Vec<String> {
    let titles = browser.run(
        "return [...document.querySelectorAll('.curve-card__title')].map(title => title.firstChild.textContent)",
        &[],
    );
    titles.as_array().into_iter().flatten().filter_map(|title| title.as_str().map(String::from)).collect()
}

#[test]
fn a_keras_csv_is_walked_to_its_verdict() {
    let logs = Logs::new();
    let rows = [(0.9, 0.50), (0.8, 0.60), (0.7, 0.70), (0.6, 0.68), (0.5, 0.69), (0.4, 0.66), (0.3, 0.75)];
    let mut text = "epoch,loss,val_accuracy,val_loss\n".to_owned();
    for (epoch, (loss, accuracy)) in rows.iter().enumerate() {
        text.push_str(&format!("{epoch},{loss},{accuracy},{}\n", loss + 0.25));
    }
    let expected = Expected {
        experiment: "history",
        runs: &[("history", "stop at epoch 4")],
        cards: &["val_accuracy", "loss"],
        objective: "val_accuracy",
        goal: "maximize",
        guess: "validation score",
        ledger: &[
            ["1", "epoch 0", "0.5", "needs 3 checkpoints, has 1", "go on"],
            ["2", "epoch 1", "0.6", "needs 3 checkpoints, has 2", "go on"],
            ["3", "epoch 2", "0.7", "0.7 now, 0.5 two checkpoints ago: better, go on", "go on"],
            ["4", "epoch 3", "0.68", "0.68 now, 0.60 two checkpoints ago: better, go on", "go on"],
            ["5", "epoch 4", "0.69", "0.69 now, 0.70 two checkpoints ago: no better, satisfied", "stop"],
            ["6", "epoch 5", "0.66", "0.66 now, 0.68 two checkpoints ago: no better, satisfied", "stop"],
            ["7", "epoch 6", "0.75 ◦ best", "0.75 now, 0.69 two checkpoints ago: better, go on", "go on"],
        ],
        heading: "Stop was advised at checkpoint 5 (epoch 4)",
        sentence: "Going on for two more checkpoints brought 0.05: from 0.70 to 0.75 at checkpoint 7.",
    };
    walk(&[logs.write("history.csv", text)], &expected);
}

#[test]
fn a_table_with_tabs_is_walked_to_its_verdict() {
    let logs = Logs::new();
    let text = "step\treward\n100\t1\n200\t2\n300\t3\n400\t2.5\n500\t3.5\n600\t2.25\n700\t1.5\n";
    let expected = Expected {
        experiment: "agent",
        runs: &[("agent", "stop at step 600")],
        cards: &["reward"],
        objective: "reward",
        goal: "maximize",
        guess: "score",
        ledger: &[
            ["1", "step 100", "1", "needs 3 checkpoints, has 1", "go on"],
            ["2", "step 200", "2", "needs 3 checkpoints, has 2", "go on"],
            ["3", "step 300", "3", "3 now, 1 two checkpoints ago: better, go on", "go on"],
            ["4", "step 400", "2.5", "2.5 now, 2.0 two checkpoints ago: better, go on", "go on"],
            ["5", "step 500", "3.5 ◦ best", "3.5 now, 3.0 two checkpoints ago: better, go on", "go on"],
            ["6", "step 600", "2.25", "2.25 now, 2.50 two checkpoints ago: no better, satisfied", "stop"],
            ["7", "step 700", "1.5", "1.5 now, 3.5 two checkpoints ago: no better, satisfied", "stop"],
        ],
        heading: "Stop was advised at checkpoint 6 (step 600)",
        sentence: "Going on for one more checkpoint brought nothing: the best is checkpoint 5 with 3.5.",
    };
    walk(&[logs.write("agent.tsv", text)], &expected);
}

#[test]
fn json_lines_are_walked_to_their_verdict() {
    let logs = Logs::new();
    let mut text = String::new();
    for (at, loss) in [1.0, 0.8, 0.6, 0.7, 0.65, 0.5].into_iter().enumerate() {
        let step = 10 * (at + 1);
        text.push_str(&format!(
            "{{\"step\": {step}, \"train\": {{\"loss\": {}}}, \"val\": {{\"loss\": {loss}}}}}\n",
            loss / 2.0
        ));
    }
    let expected = Expected {
        experiment: "train",
        runs: &[("train", "stop at step 50")],
        cards: &["loss"],
        objective: "val/loss",
        goal: "minimize",
        guess: "validation loss",
        ledger: &[
            ["1", "step 10", "1", "needs 3 checkpoints, has 1", "go on"],
            ["2", "step 20", "0.8", "needs 3 checkpoints, has 2", "go on"],
            ["3", "step 30", "0.6", "0.6 now, 1.0 two checkpoints ago: better, go on", "go on"],
            ["4", "step 40", "0.7", "0.7 now, 0.8 two checkpoints ago: better, go on", "go on"],
            ["5", "step 50", "0.65", "0.65 now, 0.60 two checkpoints ago: no better, satisfied", "stop"],
            ["6", "step 60", "0.5 ◦ best", "0.5 now, 0.7 two checkpoints ago: better, go on", "go on"],
        ],
        heading: "Stop was advised at checkpoint 5 (step 50)",
        sentence: "Going on for one more checkpoint brought 0.1: from 0.6 to 0.5 at checkpoint 6.",
    };
    walk(&[logs.write("train.jsonl", text)], &expected);
}

#[test]
fn a_trainer_state_is_walked_to_its_verdict() {
    let logs = Logs::new();
    let mut history = Vec::new();
    for (at, eval) in [2.0, 1.5, 1.25, 1.5, 1.0].into_iter().enumerate() {
        let (step, epoch) = (10 * (at + 1), 0.5 * (at + 1) as f64);
        history.push(serde_json::json!({ "epoch": epoch, "learning_rate": 5e-5, "loss": eval + 0.5, "step": step }));
        history.push(serde_json::json!({ "epoch": epoch, "eval_loss": eval, "eval_runtime": 1.5, "step": step }));
    }
    let state = serde_json::json!({
        "best_metric": null, "epoch": 2.5, "global_step": 50, "log_history": history, "max_steps": 50,
        "trial_params": { "lr": 5e-5 },
    });
    let expected = Expected {
        experiment: "checkpoint-50",
        runs: &[("trainer_state", "stop at step 40")],
        cards: &["loss"],
        objective: "eval_loss",
        goal: "minimize",
        guess: "validation loss",
        ledger: &[
            ["1", "step 10", "2", "needs 3 checkpoints, has 1", "go on"],
            ["2", "step 20", "1.5", "needs 3 checkpoints, has 2", "go on"],
            ["3", "step 30", "1.25", "1.25 now, 2.00 two checkpoints ago: better, go on", "go on"],
            ["4", "step 40", "1.5", "1.5 now, 1.5 two checkpoints ago: no better, satisfied", "stop"],
            ["5", "step 50", "1 ◦ best", "1.00 now, 1.25 two checkpoints ago: better, go on", "go on"],
        ],
        heading: "Stop was advised at checkpoint 4 (step 40)",
        sentence: "Going on for one more checkpoint brought 0.25: from 1.25 to 1.00 at checkpoint 5.",
    };
    logs.write("checkpoint-50/trainer_state.json", state.to_string());
    walk(&[logs.path("checkpoint-50")], &expected);
}

#[test]
fn a_lightning_folder_is_walked_to_its_verdict() {
    let logs = Logs::new();
    logs.write("version_3/hparams.yaml", "lr: 0.01\nwidth: 64\n");
    let mut text = "epoch,step,train_loss,val_acc\n".to_owned();
    for (epoch, acc) in [0.25, 0.5, 0.75, 0.5].into_iter().enumerate() {
        let step = 10 * (epoch + 1) - 1;
        text.push_str(&format!("{epoch},{step},{},\n{epoch},{step},,{acc}\n", 1.0 - acc));
    }
    let logs_path = logs.write("version_3/metrics.csv", text);
    let expected = Expected {
        experiment: "version_3",
        runs: &[("version_3", "stop at step 39")],
        cards: &["val_acc", "train_loss"],
        objective: "val_acc",
        goal: "maximize",
        guess: "validation score",
        ledger: &[
            ["1", "step 9", "0.25", "needs 3 checkpoints, has 1", "go on"],
            ["2", "step 19", "0.5", "needs 3 checkpoints, has 2", "go on"],
            ["3", "step 29", "0.75 ◦ best", "0.75 now, 0.25 two checkpoints ago: better, go on", "go on"],
            ["4", "step 39", "0.5", "0.5 now, 0.5 two checkpoints ago: no better, satisfied", "stop"],
        ],
        heading: "Stop was advised at checkpoint 4, the last (step 39)",
        sentence: "The best is checkpoint 3 with 0.75.",
    };
    walk(&[logs_path.parent().expect("it is in a folder").to_owned()], &expected);
}

#[test]
fn the_parameters_of_a_lightning_folder_are_shown() {
    let logs = Logs::new();
    logs.write("version_3/hparams.yaml", "lr: 0.01\nwidth: 64\n");
    logs.write("version_3/metrics.csv", "epoch,step,val_acc\n0,9,0.25\n1,19,0.5\n");
    let browser = Browser::open();
    browser.drop_runs(&[logs.path("version_3")], 1);
    assert_eq!(browser.texts(".inspector__key"), ["lr", "width"]);
    assert_eq!(browser.texts(".inspector__value"), ["0.01", "64"]);
}

#[test]
fn event_files_are_walked_to_their_verdict() {
    let logs = Logs::new();
    let scalars = |values: &[f32]| {
        let numbered = (1..).zip(values);
        event_file(&numbered.map(|(step, &value)| (step, "val/accuracy", value)).collect::<Vec<_>>())
    };
    let wide = scalars(&[0.5, 0.625, 0.75, 0.6875, 0.8125, 0.6875, 0.875]);
    logs.write("sweep/wide/events.out.tfevents.1700000000.host", wide);
    logs.write("sweep/narrow/events.out.tfevents.1700000000.host", scalars(&[0.5, 0.4375, 0.375]));
    let expected = Expected {
        experiment: "sweep",
        runs: &[("narrow", "stop at step 3"), ("wide", "stop at step 6")],
        cards: &["val/accuracy"],
        objective: "val/accuracy",
        goal: "maximize",
        guess: "validation score",
        // The run in focus is the better one.
        ledger: &[
            ["1", "step 1", "0.5", "needs 3 checkpoints, has 1", "go on"],
            ["2", "step 2", "0.625", "needs 3 checkpoints, has 2", "go on"],
            ["3", "step 3", "0.75", "0.75 now, 0.50 two checkpoints ago: better, go on", "go on"],
            ["4", "step 4", "0.6875", "0.6875 now, 0.6250 two checkpoints ago: better, go on", "go on"],
            ["5", "step 5", "0.8125", "0.8125 now, 0.7500 two checkpoints ago: better, go on", "go on"],
            ["6", "step 6", "0.6875", "0.6875 now, 0.6875 two checkpoints ago: no better, satisfied", "stop"],
            ["7", "step 7", "0.875 ◦ best", "0.8750 now, 0.8125 two checkpoints ago: better, go on", "go on"],
        ],
        heading: "Stop was advised at checkpoint 6 (step 6)",
        sentence: "Going on for one more checkpoint brought 0.0625: from 0.8125 to 0.8750 at checkpoint 7.",
    };
    walk(&[logs.path("sweep")], &expected);
}

#[test]
fn console_text_is_walked_to_its_verdict() {
    let logs = Logs::new();
    let losses = [0.9, 0.7, 0.8, 0.75];
    let mut text = "Using TensorFlow backend.\n".to_owned();
    for (epoch, loss) in (1..).zip(losses) {
        text.push_str(&format!("Epoch {epoch}/{}\n", losses.len()));
        // The bar is drawn over itself; only its last state counts.
        text.push_str("\r 1/10 [==>...........................] - ETA: 9s - loss: 7.7777");
        text.push_str(&format!(
            "\r10/10 [==============================] - 1s 9ms/step - loss: 0.5 - val_loss: {loss}\n"
        ));
    }
    let expected = Expected {
        experiment: "console",
        runs: &[("console", "stop at epoch 4")],
        cards: &["loss"],
        objective: "val_loss",
        goal: "minimize",
        guess: "validation loss",
        ledger: &[
            ["1", "epoch 1", "0.9", "needs 3 checkpoints, has 1", "go on"],
            ["2", "epoch 2", "0.7 ◦ best", "needs 3 checkpoints, has 2", "go on"],
            ["3", "epoch 3", "0.8", "0.8 now, 0.9 two checkpoints ago: better, go on", "go on"],
            ["4", "epoch 4", "0.75", "0.75 now, 0.70 two checkpoints ago: no better, satisfied", "stop"],
        ],
        heading: "Stop was advised at checkpoint 4, the last (epoch 4)",
        sentence: "The best is checkpoint 2 with 0.7.",
    };
    walk(&[logs.write("console.txt", text)], &expected);
}
