//! Import of files that the browser holds, by the worker's own code in the page, and the client without a worker.

use std::cell::RefCell;
use std::rc::Rc;

use training_monitor::browser::Error;
use training_monitor::browser::files::{FileHandle, PickedFile, relevant};
use training_monitor::ingest::{DroppedRun, Outcome};
use training_monitor::worker::client::{Client, ImportEvent, entry};
use training_monitor::worker::columns::unpack;
use training_monitor::worker::host::{Work, import};
use training_monitor::worker::protocol::{FileEntry, Reply};
use wasm_bindgen_test::wasm_bindgen_test;

fn file(path: &str, text: &str) -> Result<(FileEntry, FileHandle), Error> {
    let picked = PickedFile { path: path.to_owned(), file: FileHandle::from_text(path, text)? };
    Ok((entry(&picked), picked.file))
}

/// Everything the host says to an import, with the runs that came beside it.
async fn said(work: &Work, files: Vec<(FileEntry, FileHandle)>) -> (Vec<Reply>, Vec<DroppedRun>) {
    let replies = RefCell::new(Vec::new());
    let found = RefCell::new(Vec::new());
    let (entries, handles) = files.into_iter().unzip();
    import(work, 1, entries, handles, |reply, columns| {
        if let (Reply::Runs { runs, .. }, Some(columns)) = (reply, columns) {
            let columns = columns.to_vec();
            let mut rest = columns.as_slice();
            let runs = runs.iter().map(|header| unpack(header.clone(), &mut rest).expect("columns fit their headers"));
            found.borrow_mut().extend(runs);
        }
        replies.borrow_mut().push(reply.clone());
    })
    .await;
    (replies.into_inner(), found.into_inner())
}

#[wasm_bindgen_test]
async fn a_file_of_the_browser_becomes_a_run() -> Result<(), Error> {
    let work = Work::default();
    work.begin(1);
    let (replies, runs) = said(&work, vec![file("run.csv", "epoch,loss\n0,0.9\n1,NaN\n2,0.5\n")?]).await;
    assert_eq!(replies.first(), Some(&Reply::Reading { job: 1, file: 0 }));
    assert_eq!(runs[0].curves[0].series.steps(), [0, 1, 2]);
    assert!(runs[0].curves[0].series.values()[1].is_nan());
    let Some(Reply::Done { reports, .. }) = replies.last() else { panic!("not done: {replies:?}") };
    assert_eq!(reports[0].outcome, Outcome::Read);
    Ok(())
}

#[wasm_bindgen_test]
async fn a_log_in_gbk_is_decoded_by_the_browser() -> Result<(), Error> {
    // 第 1 轮 损失, as a table whose names hold characters of two bytes.
    let bytes = b"\xB5\xDA,\xCB\xF0\xCA\xA7\n0,0.9\n1,0.5\n";
    let picked = PickedFile { path: "run.csv".to_owned(), file: FileHandle::from_bytes("run.csv", bytes)? };
    let work = Work::default();
    work.begin(1);
    let (replies, runs) = said(&work, vec![(entry(&picked), picked.file)]).await;
    assert_eq!(runs[0].curves[0].name.as_str(), "损失");
    let Some(Reply::Done { reports, .. }) = replies.last() else { panic!("not done: {replies:?}") };
    assert!(reports[0].encoding.as_deref().is_some_and(|name| name.starts_with("GBK")), "{reports:?}");
    Ok(())
}

#[wasm_bindgen_test]
async fn a_table_of_many_reads_comes_back_whole() -> Result<(), Error> {
    let rows: String = (0..600_000).map(|step| format!("{step},{}\n", 1.0 / f64::from(step + 1))).collect();
    let work = Work::default();
    work.begin(1);
    let (_, runs) = said(&work, vec![file("run.csv", &format!("step,loss\n{rows}"))?]).await;
    let series = &runs[0].curves[0].series;
    assert_eq!((series.len(), series.values().last()), (600_000, Some(&(1.0 / 600_000.0))));
    Ok(())
}

#[wasm_bindgen_test]
async fn an_import_that_nobody_wants_ends_with_cancelled() -> Result<(), Error> {
    let (replies, _) = said(&Work::default(), vec![file("run.csv", "epoch,loss\n0,0.9\n")?]).await;
    assert_eq!(replies.last(), Some(&Reply::Cancelled { job: 1 }));
    Ok(())
}

#[wasm_bindgen_test]
fn without_a_worker_every_file_is_refused_with_what_to_do() -> Result<(), Error> {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hears = heard.clone();
    Client::at(None, None).import(vec![file("run.csv", "epoch,loss\n0,0.9\n")?], move |event| {
        hears.borrow_mut().push(event);
    });
    let heard = heard.borrow();
    let [ImportEvent::Done(reports)] = heard.as_slice() else { panic!("heard {heard:?}") };
    assert!(matches!(&reports[0].outcome, Outcome::Refused { reason } if reason.contains("reload the page")));
    Ok(())
}

#[wasm_bindgen_test]
fn what_desktops_leave_in_folders_is_no_log() {
    assert!(!relevant("runs/.DS_Store"));
    assert!(!relevant("runs/.git/logs/HEAD"));
    assert!(relevant("runs/.hydra/config.yaml"));
}
