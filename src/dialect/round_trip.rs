//! Claims about all tools and all rules together: what is written reads back, parses as Python, and never panics.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::model::*;

use super::{Around, Read, Tool, Written, read, write};

fn around(goal: Goal) -> Around {
    Around { objective: "val_loss".to_owned(), goal, max_checkpoints: Some(20), steps_per_checkpoint: Some(100) }
}

fn criterion(rule: impl Into<Rule>) -> Criterion {
    of_kind(CriterionKind::Rule(rule.into()))
}

fn of_kind(kind: CriterionKind) -> Criterion {
    Criterion { name: "mine".to_owned(), metric: Some(MetricName::new("val_loss")), kind }
}

fn written(tool: Tool, criterion: &Criterion) -> Written {
    write(tool, criterion, &around(Goal::Minimize))
}

fn back(tool: Tool, code: &str) -> Read {
    read(tool, code, &around(Goal::Minimize)).unwrap_or_else(|error| panic!("{error}\n{code}"))
}

/// Moves every parameter away from its default, within its range.
fn nudged(mut rule: Rule) -> Rule {
    for param in rule.params() {
        match param.slot {
            Slot::Count(place) => *place += 7,
            Slot::OptionalCount(place) => *place = Some(7),
            Slot::Number(place) => *place += 0.125,
            Slot::OptionalNumber(place) => *place = Some(0.1),
            Slot::Flag(place) => *place = !*place,
            Slot::Resource(place) => *place = Resource::Of(7),
            Slot::ThresholdMode(place) => *place = ThresholdMode::Rel,
            Slot::TimeAttr(place) => *place = TimeAttr::TrainingIteration,
            Slot::Pair(place) => *place = [1.5, 0.5],
            Slot::Wrapped(place) => {
                *place = Some(Box::new(OptunaPercentile { percentile: 12.5, ..OptunaPercentile::default() }.into()))
            }
            Slot::Mode(_) | Slot::OptionalFlag(_) | Slot::Text(_) | Slot::CapBy(_) => {}
        }
    }
    directed(rule)
}

/// Says the direction of a rule that leaves it open: exported code always does.
fn directed(mut rule: Rule) -> Rule {
    let maximizes = matches!(rule, Rule::IgniteEarlyStopping(_));
    let plateau = matches!(rule, Rule::RayTrialPlateau(_) | Rule::RayExperimentPlateau(_));
    for param in rule.params() {
        match param.slot {
            Slot::Mode(place) if !plateau => *place = Some(if maximizes { Goal::Maximize } else { Goal::Minimize }),
            Slot::OptionalFlag(place) => *place = Some(false),
            _ => {}
        }
    }
    rule
}

/// The rules that are a tool's own.
fn own(tool: Tool) -> Vec<Rule> {
    let prefixes: &[&str] = match tool {
        Tool::Keras => &["keras_"],
        Tool::Lightning => &["lightning_", "time_cap"],
        Tool::HuggingFace => &["hf_"],
        Tool::Ignite => &["ignite_"],
        Tool::Optuna => &["optuna_", "max_runs", "max_runtime"],
        Tool::Ray => &["ray_", "max_runs", "max_runtime", "time_cap"],
        Tool::Wandb => &["max_runs"],
        Tool::Fastai | Tool::TensorFlow => &["patience"],
        _ => &[],
    };
    let own = all_rules().into_iter().filter(|rule| prefixes.iter().any(|prefix| rule.id().starts_with(prefix)));
    own.map(placed).collect()
}

/// Puts a needed number within its range: a placeholder need not be.
fn placed(mut rule: Rule) -> Rule {
    for param in rule.params() {
        match param.slot {
            Slot::Number(place) if param.range.above && *place <= param.range.least => *place = 60.0,
            _ => {}
        }
    }
    rule
}

#[test]
fn every_rule_of_a_tool_reads_back() {
    for tool in Tool::ALL {
        for rule in own(tool) {
            let fitting = rule;
            // TensorFlow's hooks have no least gain.
            let lax = matches!(tool, Tool::TensorFlow);
            let settings = if lax { vec![fitting] } else { vec![fitting.clone(), nudged(fitting)] };
            for rule in settings {
                let rule = directed(rule);
                let written = written(tool, &criterion(rule.clone()));
                let code = written.code.unwrap_or_else(|| panic!("{}: {rule:?}", tool.name()));
                let read = back(tool, &code);
                let all: Vec<_> = read.criteria.into_iter().chain(read.completion).map(|it| it.kind).collect();
                assert_eq!(all, [CriterionKind::Rule(rule)], "{code}");
            }
        }
    }
}

#[test]
fn a_rule_of_the_tool_itself_has_no_differences() {
    let clean = [
        (Tool::Keras, Rule::from(KerasEarlyStopping::default())),
        (Tool::Lightning, LightningEarlyStopping::default().into()),
        (Tool::Ignite, IgniteEarlyStopping::default().into()),
        (Tool::Optuna, OptunaMedian::default().into()),
        (Tool::Ray, RayAsha::default().into()),
    ];
    for (tool, rule) in clean {
        assert_eq!(written(tool, &criterion(rule)).differences, Vec::<String>::new(), "{}", tool.name());
    }
}

#[test]
fn sigopts_own_criterion_reads_back_in_both_forms() {
    let kind = CriterionKind::Convergence { lookback_checkpoints: 3, min_checkpoints: Some(8) };
    for tool in [Tool::SigoptJson, Tool::SigoptCall] {
        let one = of_kind(kind.clone());
        let two = Criterion { name: "other".to_owned(), ..one.clone() };
        let both = Criterion { metric: None, ..of_kind(CriterionKind::AllOf(vec![one.clone(), two.clone()])) };
        let read = back(tool, &written(tool, &both).code.expect("SigOpt's own"));
        assert_eq!((read.criteria, read.max_checkpoints), (vec![one, two], Some(20)));
        assert_eq!(read.goal, Some(Goal::Minimize));
    }
}

#[test]
fn sagemakers_criteria_read_back_in_both_forms() {
    let ends = SagemakerCompletion {
        max_jobs: Some(40),
        max_runtime_secs: Some(3600.0),
        target: Some(0.125),
        jobs_not_improving: Some(5),
        complete_on_convergence: true,
        min_relative_improvement: 0.0,
    };
    for tool in [Tool::SagemakerApi, Tool::SagemakerSdk] {
        let both = vec![criterion(SagemakerMedian::default()), criterion(ends.clone())];
        let any = Criterion { metric: None, ..of_kind(CriterionKind::AnyOf(both)) };
        let read = back(tool, &written(tool, &any).code.expect("SageMaker's own"));
        assert_eq!(read.criteria[0].kind, CriterionKind::Rule(SagemakerMedian::default().into()));
        assert_eq!(read.completion[0].kind, CriterionKind::Rule(ends.clone().into()));
        assert_eq!(read.goal, Some(Goal::Minimize));
    }
}

#[test]
fn halving_goes_to_sweeps_and_back() {
    let halving = OptunaSuccessiveHalving {
        min_resource: Resource::Of(3),
        reduction_factor: 2,
        ..OptunaSuccessiveHalving::default()
    };
    let code = written(Tool::Wandb, &criterion(halving.clone())).code.expect("hyperband");
    assert!(code.contains("early_terminate:\n  type: hyperband\n  min_iter: 3\n  eta: 2\n"), "{code}");
    assert_eq!(back(Tool::Wandb, &code).criteria[0].kind, CriterionKind::Rule(halving.into()));
    let dictionary = "sweep = {'metric': {'name': 'acc', 'goal': 'maximize'}, 'early_terminate': {'type': 'hyperband', 's': 2, 'eta': 3, 'max_iter': 27}}";
    let read = back(Tool::Wandb, dictionary);
    let expected = OptunaSuccessiveHalving {
        min_resource: Resource::Of(3),
        reduction_factor: 3,
        ..OptunaSuccessiveHalving::default()
    };
    assert_eq!((read.goal, &read.criteria[0].kind), (Some(Goal::Maximize), &CriterionKind::Rule(expected.into())));
}

#[test]
fn patience_is_brought_everywhere_it_can_go() {
    let patience = criterion(Patience { patience: 5, min_delta: 0.0 });
    let expected = [
        (Tool::Keras, "EarlyStopping(monitor=\"val_loss\", patience=5, mode=\"min\")"),
        (Tool::Lightning, "patience=5"),
        (Tool::HuggingFace, "EarlyStoppingCallback(early_stopping_patience=5)"),
        (Tool::Ignite, "patience=5,\n        mode=\"min\""),
        (Tool::Fastai, "comp=np.less, patience=5)"),
        (Tool::TensorFlow, "max_steps_without_decrease=5 * 100"),
        (Tool::Optuna, "PatientPruner(wrapped_pruner=None, patience=4)"),
        (Tool::SigoptJson, "\"lookback_checkpoints\": 5"),
    ];
    for (tool, part) in expected {
        let code = written(tool, &patience).code.unwrap_or_else(|| panic!("{}", tool.name()));
        assert!(code.contains(part), "{code}");
    }
    for tool in [Tool::Ray, Tool::Wandb, Tool::SagemakerApi, Tool::SagemakerSdk] {
        let written = written(tool, &patience);
        assert_eq!(written.code, None);
        assert!(written.differences[0].ends_with("nothing that does what patience does."), "{written:?}");
    }
}

#[test]
fn differences_name_what_changes() {
    let said = |tool, rule: Rule| written(tool, &criterion(rule)).differences.join(" ");
    let keras = Rule::from(KerasEarlyStopping {
        patience: 3,
        min_delta: 0.5,
        baseline: Some(1.0),
        ..KerasEarlyStopping::default()
    });
    assert!(said(Tool::Lightning, keras.clone()).contains("baseline of Keras is left out"));
    assert!(said(Tool::Lightning, keras.clone()).contains("Lightning counts validation checks, Keras epochs"));
    assert!(said(Tool::HuggingFace, keras).contains("many small gains stop here"));
    assert!(
        said(Tool::Keras, HfEarlyStopping { early_stopping_threshold: 0.5, ..HfEarlyStopping::default() }.into())
            .contains("small gains add up")
    );
    assert!(said(Tool::Keras, LightningEarlyStopping::default().into()).contains("Lightning stops at NaN"));
    assert!(
        said(Tool::Keras, LightningEarlyStopping { min_delta: -0.5, ..LightningEarlyStopping::default() }.into())
            .contains("negative min_delta")
    );
    let hook = said(Tool::TensorFlow, Patience { patience: 3, min_delta: 0.5 }.into());
    assert!(hook.contains("min_delta 0.5 is left out") && !hook.contains("small gains"), "{hook}");
    assert!(said(Tool::Optuna, Patience::default().into()).contains("at a tie it goes on"));
    assert!(said(Tool::Lightning, TargetReached { target: 0.5 }.into()).contains("strictly better"));
}

#[test]
fn combinations_are_said_where_they_cannot_be_had() {
    let members = || vec![criterion(Patience::default()), criterion(NonFinite::default())];
    let all = of_kind(CriterionKind::AllOf(members()));
    assert!(written(Tool::Keras, &all).differences[0].contains("stops on its own"));
    assert_eq!(written(Tool::Keras, &all).code, None);
    let any = of_kind(CriterionKind::AnyOf(members()));
    assert!(written(Tool::Keras, &any).code.expect("two callbacks").contains("TerminateOnNaN()"));
    assert!(written(Tool::SigoptJson, &any).differences[0].contains("any of several"));
    let read = back(Tool::Keras, "[EarlyStopping('a'), TerminateOnNaN()]");
    assert_eq!(read.criteria[0].kind.members().len(), 2);
    assert!(Criterion::from_json(&read.criteria[0].to_json()).is_ok());
    let late = of_kind(CriterionKind::NotBefore {
        after: After::Checkpoints(9),
        criteria: vec![criterion(Patience::default())],
    });
    assert!(written(Tool::Keras, &late).code.expect("patience").contains("start_from_epoch=3"));
    assert!(written(Tool::Fastai, &late).differences[0].contains("left out"));
}

#[test]
fn steps_become_checkpoints() {
    let hook = "hook = tf.estimator.experimental.stop_if_no_increase_hook(est, 'acc', 1000, min_steps=300)";
    let read = back(Tool::TensorFlow, hook);
    assert_eq!(read.goal, Some(Goal::Maximize));
    let CriterionKind::NotBefore { after, criteria } = &read.criteria[0].kind else { panic!("{read:?}") };
    assert_eq!(*after, After::Checkpoints(3));
    assert_eq!(criteria[0].kind, CriterionKind::Rule(Patience { patience: 10, min_delta: 0.0 }.into()));
}

#[test]
fn older_names_and_negated_scores_are_read() {
    let code = "def score(engine):\n    pass\nhandler = EarlyStopping(patience=10, score_function=lambda e: -e.state.metrics['nll'], trainer=trainer, min_delta=0.1, cumulative_delta=True)";
    let read = back(Tool::Ignite, code);
    let expected = IgniteEarlyStopping {
        patience: 10,
        threshold: 0.1,
        cumulative: true,
        mode: Some(Goal::Minimize),
        ..IgniteEarlyStopping::default()
    };
    assert_eq!(read.criteria[0].kind, CriterionKind::Rule(expected.into()));
    assert_eq!(read.criteria[0].metric, Some(MetricName::new("nll")));
}

#[test]
fn mistakes_are_named_by_place_and_expectation() {
    let wrong = |tool, text: &str| read(tool, text, &around(Goal::Minimize)).expect_err(text).to_string();
    let cases = [
        (
            Tool::Keras,
            "x = 1\nEarlyStopping(patients=3)",
            "line 2, column 15: expected an argument of EarlyStopping (monitor, min_delta, patience, verbose, mode, baseline, restore_best_weights, start_from_epoch), found \"patients=3)\"",
        ),
        (
            Tool::Keras,
            "EarlyStopping('a', patience=2.5)",
            "line 1, column 29: expected a whole number for patience, found \"2.5)\"",
        ),
        (
            Tool::Keras,
            "model.fit()",
            "line 1, column 1: expected a call of EarlyStopping or TerminateOnNaN, found \"model.fit()\"",
        ),
        (
            Tool::Lightning,
            "EarlyStopping(patience=2)",
            "line 1, column 1: expected the argument monitor of EarlyStopping, found \"EarlyStopping(patience=2)\"",
        ),
        (
            Tool::Lightning,
            "EarlyStopping('a', mode='down')",
            "line 1, column 25: expected one of min, max for mode, found \"'down')\"",
        ),
        (
            Tool::Ignite,
            "EarlyStopping(0, f, t)",
            "line 1, column 15: expected patience to be at least 1, found \"0, f, t)\"",
        ),
        (
            Tool::Optuna,
            "PatientPruner(MyPruner(), 3)",
            "line 1, column 15: expected one of MedianPruner, PercentilePruner, PatientPruner, ThresholdPruner, NopPruner, SuccessiveHalvingPruner, HyperbandPruner, WilcoxonPruner, found \"MyPruner(), 3)\"",
        ),
        (
            Tool::Wandb,
            "early_terminate:\n  type: median\n",
            "line 2, column 9: expected hyperband for type, found \"median\"",
        ),
        (
            Tool::SagemakerApi,
            "{\"MaxRuntimeInSeconds\": 5}",
            "line 1, column 25: expected a number from 120 to 15768000, found \"5}\"",
        ),
    ];
    for (tool, text, expected) in cases {
        assert_eq!(wrong(tool, text), expected);
    }
    let sigopt = "{\"early_stopping_criteria\": [\n {\"type\": \"convergence\", \"name\": \"a\", \"metric\": \"m\", \"lookback_checkpoints\": true}]}";
    assert!(
        wrong(Tool::SigoptJson, sigopt).starts_with("line 2, column 78: expected"),
        "{}",
        wrong(Tool::SigoptJson, sigopt)
    );
}

/// Everything that any tool makes of any rule.
fn everything() -> Vec<(Tool, String)> {
    let mut kinds: Vec<CriterionKind> = all_rules()
        .into_iter()
        .map(placed)
        .flat_map(|rule| [rule.clone(), nudged(rule)])
        .map(CriterionKind::Rule)
        .collect();
    kinds.push(CriterionKind::Convergence { lookback_checkpoints: 1 << 40, min_checkpoints: None });
    kinds.push(CriterionKind::AnyOf(vec![]));
    kinds.push(CriterionKind::AnyOf(kinds.iter().cloned().map(of_kind).collect()));
    kinds.push(CriterionKind::Rule(
        OptunaThreshold { lower: Some(f64::NEG_INFINITY), upper: Some(f64::NAN), ..OptunaThreshold::default() }.into(),
    ));
    let mut all = Vec::new();
    for tool in Tool::ALL {
        for kind in &kinds {
            for goal in [Goal::Minimize, Goal::Maximize] {
                for metric in ["val_loss", "odd \"name\"\\\n'é"] {
                    let criterion = Criterion { metric: Some(MetricName::new(metric)), ..of_kind(kind.clone()) };
                    let written = write(tool, &criterion, &around(goal));
                    assert!(written.code.is_some() || !written.differences.is_empty(), "{}: {kind:?}", tool.name());
                    all.extend(written.code.map(|code| (tool, code)));
                }
            }
        }
    }
    all
}

#[test]
fn whatever_is_written_is_read_by_its_tool() {
    for (tool, code) in everything() {
        if let Err(error) = read(tool, &code, &around(Goal::Minimize)) {
            panic!("{}: {error}\n{code}", tool.name());
        }
    }
}

#[test]
fn no_snippet_is_too_odd() {
    let mut seen = std::collections::BTreeSet::new();
    for (tool, code) in everything().into_iter().filter(|(tool, code)| seen.insert((tool.name(), code.len() / 40))) {
        let ends = code.char_indices().map(|(at, _)| at).step_by(3);
        for end in ends {
            read(tool, &code[..end], &around(Goal::Maximize)).ok();
            read(tool, &code[end..], &around(Goal::Maximize)).ok();
        }
        for other in Tool::ALL {
            read(other, &code, &around(Goal::Maximize)).ok();
        }
    }
    let chain: String = (1..3_000).map(|at| format!("p{at} = PatientPruner(p{}, 1)\n", at - 1)).collect();
    read(Tool::Optuna, &format!("p0 = NopPruner()\n{chain}"), &around(Goal::Minimize)).ok();
    let lists: String = (1..3_000).map(|at| format!("a{at} = [a{0}, a{0}]\n", at - 1)).collect();
    let text = format!("a0 = 1\n{lists}x = dict(early_stopping_criteria=[dict(type='patience', name=a2999)])");
    read(Tool::SigoptCall, &text, &around(Goal::Minimize)).ok();
}

#[test]
fn exported_python_parses() {
    let python = everything()
        .into_iter()
        .filter(|(tool, _)| !matches!(tool, Tool::Wandb | Tool::SagemakerApi | Tool::SigoptJson));
    let snippets: Vec<String> = python.map(|(_, code)| code).collect();
    let json = serde_json::to_string(&snippets).expect("texts");
    let script = "import ast, json, sys\nfor code in json.load(sys.stdin): ast.parse(code)";
    let started = Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut started) = started else {
        println!("python3 is not here: the exported Python was not parsed");
        return;
    };
    started.stdin.take().expect("piped").write_all(json.as_bytes()).expect("python3 reads");
    let ended = started.wait_with_output().expect("it was started");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn exported_json_parses() {
    for (tool, code) in everything() {
        if matches!(tool, Tool::SagemakerApi | Tool::SigoptJson) {
            serde_json::from_str::<serde_json::Value>(&code).unwrap_or_else(|error| panic!("{error}\n{code}"));
        }
    }
}
