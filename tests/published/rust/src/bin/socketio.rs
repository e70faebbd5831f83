//! rust_socketio: socketio URL polling|websocket|upgrade

use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Mutex;

use published_clients::{ask, equal, lacks, pattern, report, say, Outcome, COUNT, CROWD, LARGE, LIMIT, TEXT};
use rust_socketio::client::Client;
use rust_socketio::{ClientBuilder, Event, Payload, TransportType};
use serde_json::{json, Value};

type Error = Box<dyn std::error::Error>;

struct Target {
    url: String,
    mode: String,
}

impl Target {
    fn builder(&self, namespace: &str) -> ClientBuilder {
        let transport = match self.mode.as_str() {
            "polling" => TransportType::Polling,
            "websocket" => TransportType::Websocket,
            _ => TransportType::WebsocketUpgrade,
        };
        ClientBuilder::new(&self.url).namespace(namespace).transport_type(transport).reconnect_delay(200, 1000)
    }

    /// A client in `/matrix`, and what comes of `events`.
    fn open(&self, reconnect: bool, events: &[&str]) -> Result<(Client, Receiver<Payload>), Error> {
        let (heard, hears) = channel();
        let (connected, connects) = channel();
        let mut builder = self.builder("/matrix").reconnect(reconnect).reconnect_on_disconnect(reconnect);
        for event in events {
            builder = forward(builder, Event::from(*event), heard.clone());
        }
        let client = forward(builder, Event::Connect, connected).connect()?;
        connects.recv_timeout(LIMIT).map_err(|_| "not connected in time")?;
        Ok((client, hears))
    }
}

fn forward(builder: ClientBuilder, event: Event, to: Sender<Payload>) -> ClientBuilder {
    let to = Mutex::new(to);
    builder.on(event, move |payload, _| {
        let _ = to.lock().expect("one thread").send(payload);
    })
}

fn next(hears: &Receiver<Payload>) -> Result<Payload, Error> {
    hears.recv_timeout(LIMIT).map_err(|_| "it did not come".into())
}

fn values_of(payload: Payload) -> Vec<Value> {
    match payload {
        Payload::Text(values) => values,
        _ => Vec::new(),
    }
}

/// What the server acknowledges `event` with.
fn call(client: &Client, event: &str, data: impl Into<Payload>) -> Result<Payload, Error> {
    let (answered, answers) = channel();
    let answered = Mutex::new(answered);
    client.emit_with_ack(event, data, LIMIT, move |payload: Payload, _| {
        let _ = answered.lock().expect("one thread").send(payload);
    })?;
    next(&answers)
}

/// An acknowledgement comes as the list of its arguments.
fn call_value(client: &Client, event: &str, data: Value) -> Result<Value, Error> {
    let values = values_of(call(client, event, data)?);
    match values.as_slice() {
        [Value::Array(arguments)] if !arguments.is_empty() => Ok(arguments[0].clone()),
        _ => Err(format!("{values:?} is no answer with arguments").into()),
    }
}

fn values(target: &Target) -> Outcome {
    let (client, _) = target.open(false, &[])?;
    for value in [json!(TEXT), json!(""), json!(0), json!(-1), json!(1.5), json!(true), json!({"ключ": [1, [2, null]]})] {
        equal(call_value(&client, "echo", value.clone())?, value)?;
    }
    client.disconnect().map_err(Into::into)
}

fn binary(target: &Target) -> Outcome {
    let (client, hears) = target.open(false, &["bounced"])?;
    for size in [1, 5000, LARGE] {
        client.emit("bounce", pattern(size))?;
        match next(&hears)? {
            Payload::Binary(bytes) => equal(bytes.to_vec() == pattern(size), true)?,
            other => return Err(format!("{other:.80?} instead of bytes").into()),
        }
    }
    client.disconnect().map_err(Into::into)
}

fn large_text(target: &Target) -> Outcome {
    let (client, _) = target.open(false, &[])?;
    let text = json!("é".repeat(LARGE / 2));
    equal(call_value(&client, "echo", text.clone())? == text, true)?;
    client.disconnect().map_err(Into::into)
}

fn rooms(target: &Target) -> Outcome {
    let (one, room) = target.open(false, &["room"])?;
    let (two, _) = target.open(false, &[])?;
    equal(call_value(&one, "join", json!("room"))?, json!("room"))?;
    two.emit("room", Payload::Text(vec![json!("room"), json!(TEXT)]))?;
    equal(values_of(next(&room)?), vec![json!(TEXT)])?;
    one.disconnect()?;
    two.disconnect().map_err(Into::into)
}

fn order(target: &Target) -> Outcome {
    let (client, bounced) = target.open(false, &["bounced"])?;
    for i in 0..COUNT {
        client.emit("tick", json!(i))?;
        client.emit("bounce", json!(i))?;
    }
    for i in 0..COUNT {
        equal(values_of(next(&bounced)?), vec![json!(i)])?;
    }
    equal(call_value(&client, "ticks", json!(null))?, json!({"count": COUNT, "inOrder": true}))?;
    client.disconnect().map_err(Into::into)
}

fn refusal(target: &Target) -> Outcome {
    let (told, tells) = channel();
    let client = forward(target.builder("/forbidden").reconnect(false), Event::Error, told).connect()?;
    let reason = format!("{:?}", next(&tells)?);
    equal(reason.contains("forbidden"), true)?;
    let _ = client.disconnect();
    Ok(())
}

fn kick(target: &Target) -> Outcome {
    let (gone, goes) = channel();
    let (connected, connects) = channel();
    let builder = forward(target.builder("/matrix").reconnect(false), Event::Close, gone);
    let client = forward(builder, Event::Connect, connected).connect()?;
    next(&connects)?;
    client.emit("kick", json!(null))?;
    next(&goes)?;
    Ok(())
}

fn crowd(target: &Target) -> Outcome {
    let clients = (0..CROWD).map(|_| target.open(false, &[])).collect::<Result<Vec<_>, _>>()?;
    for (i, (client, _)) in clients.iter().enumerate() {
        equal(call_value(client, "echo", json!(i))?, json!(i))?;
    }
    for (client, _) in clients {
        client.disconnect()?;
    }
    Ok(())
}

fn reconnects_after(target: &Target, what: &str) -> Outcome {
    let (connected, connects) = channel();
    let builder = target.builder("/matrix").reconnect(true).reconnect_on_disconnect(true);
    let client = forward(builder, Event::Connect, connected).connect()?;
    next(&connects)?;
    ask(what)?;
    next(&connects)?;
    equal(call_value(&client, "echo", json!("again"))?, json!("again"))?;
    client.disconnect().map_err(Into::into)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let target = Target { url: arguments.next().expect("URL"), mode: arguments.next().expect("MODE") };
    report("values", values(&target));
    report("binary", binary(&target));
    report("large text", large_text(&target));
    report("rooms", rooms(&target));
    report("order", order(&target));
    report("refusal", refusal(&target));
    report("kick", kick(&target));
    report("crowd", crowd(&target));
    report("restart", reconnects_after(&target, "restart"));
    if target.mode == "websocket" {
        report("freeze", reconnects_after(&target, "freeze"));
    }
    lacks("acks to the server", "it cannot answer a server's event");
    lacks("namespaces", "one namespace for each connection");
    say("end");
}
