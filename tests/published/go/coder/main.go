// coder/websocket: coder URL websocket|deflate
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/coder/websocket"

	"published/report"
)

var options websocket.DialOptions

func open(within context.Context) (*websocket.Conn, error) {
	connection, _, err := websocket.Dial(within, os.Args[1], &options)
	if err == nil {
		connection.SetReadLimit(-1)
	}
	return connection, err
}

func echo(within context.Context, connection *websocket.Conn, kind websocket.MessageType, message []byte) error {
	if err := connection.Write(within, kind, message); err != nil {
		return err
	}
	gotKind, got, err := connection.Read(within)
	if err != nil {
		return err
	}
	if gotKind != kind || !bytes.Equal(got, message) {
		return fmt.Errorf("%d bytes instead of %d", len(got), len(message))
	}
	return nil
}

// inTime calls check with a connection and a limit of time.
func inTime(check func(context.Context, *websocket.Conn) error) func() error {
	return func() error {
		within, cancel := context.WithTimeout(context.Background(), report.Limit)
		defer cancel()
		connection, err := open(within)
		if err != nil {
			return err
		}
		defer connection.CloseNow()
		return check(within, connection)
	}
}

func messages(within context.Context, connection *websocket.Conn) error {
	for _, text := range []string{"", report.Text, strings.Repeat("é", report.Large/2)} {
		if err := echo(within, connection, websocket.MessageText, []byte(text)); err != nil {
			return err
		}
	}
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, report.Large} {
		if err := echo(within, connection, websocket.MessageBinary, report.Pattern(size)); err != nil {
			return err
		}
	}
	return nil
}

func order(within context.Context, connection *websocket.Conn) error {
	go func() {
		for i := range report.Count {
			connection.Write(within, websocket.MessageText, fmt.Append(nil, i))
		}
	}()
	for i := range report.Count {
		_, got, err := connection.Read(within)
		if err != nil {
			return err
		}
		if err := report.Equal(string(got), i); err != nil {
			return err
		}
	}
	return nil
}

// pings are answered while it reads.
func pings(within context.Context, connection *websocket.Conn) error {
	reading := connection.CloseRead(within)
	return connection.Ping(reading)
}

func closing(_ context.Context, connection *websocket.Conn) error {
	return connection.Close(websocket.StatusNormalClosure, "bye")
}

func crowd(within context.Context, first *websocket.Conn) error {
	for i := range report.Crowd {
		connection, err := open(within)
		if err != nil {
			return err
		}
		defer connection.CloseNow()
		if err := echo(within, connection, websocket.MessageText, fmt.Append(nil, i)); err != nil {
			return err
		}
	}
	return echo(within, first, websocket.MessageText, nil)
}

func main() {
	if os.Args[2] == "deflate" {
		options.CompressionMode = websocket.CompressionContextTakeover
	}
	report.Check("messages", inTime(messages))
	report.Check("order", inTime(order))
	report.Check("pings", inTime(pings))
	report.Check("closing", inTime(closing))
	report.Check("crowd", inTime(crowd))
	report.Say("end")
}
