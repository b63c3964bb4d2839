//! This file is as much of HTTP as a browser needs to fetch files: one thread per connection, `GET` and `HEAD`.
//!
//! Browsers open several connections at once and keep them. A server with fewer threads than connections leaves one
//! waiting for another to close, and the page with it; a thread of its own for each cannot.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The longest head of a request that is read; browsers send some 500 bytes.
const HEAD_LIMIT_BYTES: usize = 1 << 16;

/// More headers than any browser sends.
const HEADER_LIMIT: usize = 100;

/// A file, as it is sent.
pub struct Answer {
    pub content: Vec<u8>,
    pub media_type: &'static str,
    /// The value of `Cache-Control`.
    pub cache_rule: &'static str,
}

/// Answers every connection for as long as the process lives. `None` is answered with 404.
pub fn listen(listener: &TcpListener, answers: impl Fn(&str) -> Option<Answer> + Clone + Send + 'static) {
    // A connection that fails while it is made concerns nobody but its maker.
    for stream in listener.incoming().flatten() {
        let answers = answers.clone();
        // Ends when the browser hangs up, which is no failure of ours.
        thread::spawn(move || converse(stream, answers).ok());
    }
}

/// Answers the requests of one connection, one after the other.
fn converse(mut stream: TcpStream, answers: impl Fn(&str) -> Option<Answer>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut waiting = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match read_head(&waiting) {
            Head::Whole { len, request } => {
                let (reply, last) = reply(request.as_ref(), &answers);
                stream.write_all(&reply)?;
                if last {
                    return Ok(());
                }
                waiting.drain(..len);
            }
            Head::Unreadable => return stream.write_all(&bare("400 Bad Request")),
            Head::Partial => {
                let count = stream.read(&mut buffer)?;
                if count == 0 {
                    return Ok(());
                }
                waiting.extend_from_slice(&buffer[..count]);
            }
        }
    }
}

/// What matters in the head of a request.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    method: String,
    url: String,
    /// The connection ends after the answer.
    last: bool,
}

/// What has arrived of a request's head.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    /// The rest is still on its way.
    Partial,
    /// All of it. `request` is `None` when it has a body, which no file needs.
    Whole { len: usize, request: Option<Request> },
    /// Not HTTP, or longer than any honest request.
    Unreadable,
}

fn read_head(bytes: &[u8]) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; HEADER_LIMIT];
    let mut parsed = httparse::Request::new(&mut headers);
    let len = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_LIMIT_BYTES => return Head::Partial,
        Ok(httparse::Status::Partial) | Err(_) => return Head::Unreadable,
    };
    let value = |name: &str| {
        let header = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    };
    if value("Transfer-Encoding").is_some() || value("Content-Length").is_some_and(|length| length != "0") {
        return Head::Whole { len, request: None };
    }
    let closes = value("Connection").is_some_and(|connection| connection.eq_ignore_ascii_case("close"));
    let (method, url) = (parsed.method.unwrap_or_default().to_owned(), parsed.path.unwrap_or_default().to_owned());
    let last = closes || parsed.version == Some(0);
    Head::Whole { len, request: Some(Request { method, url, last }) }
}

/// The bytes to send, and whether the connection ends with them.
fn reply(request: Option<&Request>, answers: impl Fn(&str) -> Option<Answer>) -> (Vec<u8>, bool) {
    let Some(request) = request else { return (bare("413 Content Too Large"), true) };
    let reply = match (request.method.as_str(), answers(&request.url)) {
        ("GET" | "HEAD", None) => bare("404 Not Found"),
        ("GET" | "HEAD", Some(Answer { content, media_type, cache_rule })) => {
            let len = content.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nCache-Control: {cache_rule}\r\nContent-Length: {len}\r\n\r\n"
            );
            let mut reply = head.into_bytes();
            if request.method == "GET" {
                reply.extend(content);
            }
            reply
        }
        _ => bare("405 Method Not Allowed"),
    };
    (reply, request.last)
}

/// An answer that is only a status.
fn bare(status: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    fn request(method: &str, last: bool) -> Option<Request> {
        Some(Request { method: method.to_owned(), url: "/a?b".to_owned(), last })
    }

    fn hello(url: &str) -> Option<Answer> {
        let content = b"hello".to_vec();
        (url == "/a?b").then_some(Answer { content, media_type: "text/plain", cache_rule: "no-cache" })
    }

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let bytes = b"GET /a?b HTTP/1.1\r\nHost: x\r\n\r\nGET";
        assert_eq!(read_head(&bytes[..20]), Head::Partial);
        assert_eq!(read_head(bytes), Head::Whole { len: 30, request: request("GET", false) });
    }

    #[test]
    fn the_browser_may_ask_to_close() {
        let Head::Whole { request: found, .. } = read_head(b"HEAD /a?b HTTP/1.1\r\nconnection: Close\r\n\r\n") else {
            panic!("the head is whole")
        };
        assert_eq!(found, request("HEAD", true));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        assert_eq!(read_head(b"\x16\x03\x01 hello\r\n\r\n"), Head::Unreadable);
        assert_eq!(read_head(&vec![b'G'; HEAD_LIMIT_BYTES]), Head::Unreadable);
    }

    #[test]
    fn head_has_no_body() {
        let (reply, _) = reply(request("HEAD", false).as_ref(), hello);
        assert!(reply.ends_with(b"Content-Length: 5\r\n\r\n"));
    }

    #[test]
    fn nothing_is_written_here() {
        let (reply, _) = reply(request("PUT", false).as_ref(), hello);
        assert!(reply.starts_with(b"HTTP/1.1 405 "));
    }

    #[test]
    fn idle_connections_keep_nobody_waiting() {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        thread::spawn(move || listen(&listener, hello));
        let idle: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(address).expect("it listens")).collect();

        let mut busy = TcpStream::connect(address).expect("it listens");
        busy.write_all(b"GET /a?b HTTP/1.1\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut reply = String::new();
        busy.read_to_string(&mut reply).expect("it answers");

        assert!(reply.ends_with("hello"), "{reply}");
        drop(idle);
    }
}
