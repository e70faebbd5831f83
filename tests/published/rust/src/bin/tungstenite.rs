//! tokio-tungstenite: tungstenite URL websocket

use futures_util::{SinkExt, StreamExt};
use published_clients::{equal, pattern, report, say, Outcome, COUNT, CROWD, LARGE, LIMIT, TEXT};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{connect_async, MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Error = Box<dyn std::error::Error>;

async fn open(url: &str) -> Result<Socket, Error> {
    Ok(timeout(LIMIT, connect_async(url)).await??.0)
}

async fn next(socket: &mut Socket) -> Result<Message, Error> {
    Ok(timeout(LIMIT, socket.next()).await?.ok_or("it has ended")??)
}

async fn messages(url: &str) -> Outcome {
    let mut socket = open(url).await?;
    for text in [String::new(), TEXT.into(), "é".repeat(LARGE / 2)] {
        socket.send(Message::text(text.as_str())).await?;
        equal(next(&mut socket).await?, Message::text(text))?;
    }
    for size in [0, 1, 125, 126, 65535, 65536, LARGE] {
        socket.send(Message::binary(pattern(size))).await?;
        equal(next(&mut socket).await?, Message::binary(pattern(size)))?;
    }
    Ok(())
}

async fn order(url: &str) -> Outcome {
    let (mut writing, mut reading) = open(url).await?.split();
    let sender = tokio::spawn(async move {
        for i in 0..COUNT {
            writing.send(Message::text(i.to_string())).await?;
        }
        Ok::<_, tokio_tungstenite::tungstenite::Error>(writing)
    });
    for i in 0..COUNT {
        let message = timeout(LIMIT, reading.next()).await?.ok_or("it has ended")??;
        equal(message, Message::text(i.to_string()))?;
    }
    sender.await??;
    Ok(())
}

async fn pings(url: &str) -> Outcome {
    let mut socket = open(url).await?;
    socket.send(Message::Ping(pattern(100).into())).await?;
    equal(next(&mut socket).await?, Message::Pong(pattern(100).into()))
}

async fn closing(url: &str) -> Outcome {
    let mut socket = open(url).await?;
    let frame = CloseFrame { code: CloseCode::Normal, reason: "bye".into() };
    socket.send(Message::text("last words")).await?;
    socket.close(Some(frame)).await?;
    equal(next(&mut socket).await?, Message::text("last words"))?;
    match next(&mut socket).await? {
        Message::Close(Some(answer)) => equal(answer.code, CloseCode::Normal),
        other => Err(format!("{other:?} instead of a close frame").into()),
    }
}

async fn crowd(url: &str) -> Outcome {
    let mut sockets = Vec::new();
    for _ in 0..CROWD {
        sockets.push(open(url).await?);
    }
    for socket in &mut sockets {
        socket.send(Message::text("crowd")).await?;
        equal(next(socket).await?, Message::text("crowd"))?;
    }
    Ok(())
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).expect("usage: tungstenite URL MODE");
    report("messages", messages(&url).await);
    report("order", order(&url).await);
    report("pings", pings(&url).await);
    report("closing", closing(&url).await);
    report("crowd", crowd(&url).await);
    say("end");
}
