// gorilla/websocket: gorilla URL websocket|deflate
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/gorilla/websocket"

	"published/report"
)

var dialer = websocket.Dialer{}

func open() (*websocket.Conn, error) {
	connection, _, err := dialer.Dial(os.Args[1], nil)
	return connection, err
}

func echo(connection *websocket.Conn, kind int, message []byte) error {
	if err := connection.WriteMessage(kind, message); err != nil {
		return err
	}
	gotKind, got, err := connection.ReadMessage()
	if err != nil {
		return err
	}
	if gotKind != kind || !bytes.Equal(got, message) {
		return fmt.Errorf("%d bytes instead of %d", len(got), len(message))
	}
	return nil
}

func messages() error {
	connection, err := open()
	if err != nil {
		return err
	}
	defer connection.Close()
	for _, text := range []string{"", report.Text, strings.Repeat("é", report.Large/2)} {
		if err := echo(connection, websocket.TextMessage, []byte(text)); err != nil {
			return err
		}
	}
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, report.Large} {
		if err := echo(connection, websocket.BinaryMessage, report.Pattern(size)); err != nil {
			return err
		}
	}
	return nil
}

func order() error {
	connection, err := open()
	if err != nil {
		return err
	}
	defer connection.Close()
	go func() {
		for i := range report.Count {
			connection.WriteMessage(websocket.TextMessage, fmt.Append(nil, i))
		}
	}()
	for i := range report.Count {
		_, got, err := connection.ReadMessage()
		if err != nil {
			return err
		}
		if err := report.Equal(string(got), i); err != nil {
			return err
		}
	}
	return nil
}

func closing() error {
	connection, err := open()
	if err != nil {
		return err
	}
	defer connection.Close()
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "bye")
	if err := connection.WriteMessage(websocket.CloseMessage, goodbye); err != nil {
		return err
	}
	_, _, err = connection.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		return fmt.Errorf("it ended with %v", err)
	}
	return nil
}

func crowd() error {
	for i := range report.Crowd {
		connection, err := open()
		if err != nil {
			return err
		}
		defer connection.Close()
		if err := echo(connection, websocket.TextMessage, fmt.Append(nil, i)); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	dialer.EnableCompression = os.Args[2] == "deflate"
	report.Check("messages", messages)
	report.Check("order", order)
	report.Check("closing", closing)
	report.Check("crowd", crowd)
	report.Say("end")
}
