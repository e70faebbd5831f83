// zishang520/socket.io: socketio URL polling|websocket|upgrade
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/zishang520/socket.io/clients/engine/v3/transports"
	"github.com/zishang520/socket.io/clients/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"

	"published/report"
)

var url, mode string

func options(reconnection bool) *socket.Options {
	made := socket.DefaultOptions()
	made.SetForceNew(true)
	made.SetReconnection(reconnection)
	made.SetReconnectionDelay(200)
	switch mode {
	case "polling":
		made.SetTransports(types.NewSet(transports.Polling))
	case "websocket":
		made.SetTransports(types.NewSet(transports.WebSocket))
	default:
		made.SetTransports(types.NewSet(transports.Polling, transports.WebSocket))
	}
	return made
}

func hear(client *socket.Socket, event string) chan []any {
	heard := make(chan []any, 2*report.Count)
	client.On(types.EventName(event), func(args ...any) { heard <- args })
	return heard
}

func next(heard chan []any) ([]any, error) {
	select {
	case args := <-heard:
		return args, nil
	case <-time.After(report.Limit):
		return nil, errors.New("it did not come")
	}
}

func open(reconnection bool) (*socket.Socket, error) {
	client, err := socket.Connect(url+"/matrix", options(reconnection))
	if err != nil {
		return nil, err
	}
	_, err = next(hear(client, "connect"))
	return client, err
}

func call(client *socket.Socket, event string, args ...any) ([]any, error) {
	answers := make(chan []any, 1)
	client.Emit(event, append(args, func(answer []any, _ error) { answers <- answer })...)
	return next(answers)
}

func bytesOf(value any) []byte {
	switch held := value.(type) {
	case []byte:
		return held
	case interface{ Bytes() []byte }:
		return held.Bytes()
	}
	return nil
}

// with runs a check with a client of its own.
func with(check func(*socket.Socket) error) func() error {
	return func() error {
		client, err := open(false)
		if err != nil {
			return err
		}
		defer client.Disconnect()
		return check(client)
	}
}

func expectCall(client *socket.Socket, expected any, event string, args ...any) error {
	got, err := call(client, event, args...)
	if err != nil {
		return err
	}
	if len(got) == 0 {
		return errors.New("an empty answer")
	}
	return report.Equal(got[0], expected)
}

func values(client *socket.Socket) error {
	for _, value := range []any{report.Text, "", 0, -1, 1.5, true, false, nil, []any{1, []any{2}},
		map[string]any{"ключ": report.Text}} {
		if err := expectCall(client, value, "echo", value); err != nil {
			return err
		}
	}
	return nil
}

func binary(client *socket.Socket) error {
	for _, size := range []int{0, 1, 5000, report.Large} {
		got, err := call(client, "echo", report.Pattern(size))
		if err != nil {
			return err
		}
		if len(got) == 0 {
			return fmt.Errorf("%d bytes did not come back", size)
		}
		if !bytes.Equal(bytesOf(got[0]), report.Pattern(size)) {
			return fmt.Errorf("%d bytes came back as %T", size, got[0])
		}
	}
	given := hear(client, "binary")
	client.Emit("give-binary", report.Large)
	got, err := next(given)
	if err != nil {
		return err
	}
	parts := got[0].(map[string]any)["parts"].([]any)
	if !bytes.Equal(bytesOf(parts[0]), report.Pattern(report.Large)) {
		return errors.New("other bytes than were sent")
	}
	return nil
}

func largeText(client *socket.Socket) error {
	text := strings.Repeat("é", report.Large/2)
	return expectCall(client, text, "echo", text)
}

func acks(client *socket.Socket) error {
	client.On("question", func(args ...any) {
		args[len(args)-1].(func([]any, error))([]any{args[0], "thanks"}, nil)
	})
	answered := hear(client, "answered")
	client.Emit("ask", "how")
	got, err := next(answered)
	if err != nil {
		return err
	}
	return report.Equal(got, []any{"how", "thanks"})
}

func rooms(one *socket.Socket) error {
	two, err := open(false)
	if err != nil {
		return err
	}
	defer two.Disconnect()
	if err := expectCall(one, "room", "join", "room"); err != nil {
		return err
	}
	room, others, everyone := hear(one, "room"), hear(two, "room"), hear(two, "bcast")
	two.Emit("room", "room", report.Text)
	got, err := next(room)
	if err != nil {
		return err
	}
	one.Emit("bcast", "end")
	if _, err := next(everyone); err != nil {
		return err
	}
	return errors.Join(report.Equal(got, []any{report.Text}), report.Equal(len(others), 0))
}

func order(client *socket.Socket) error {
	bounced := hear(client, "bounced")
	for i := range report.Count {
		client.Emit("tick", i)
		client.Emit("bounce", i)
	}
	heard := make([]int, 0, report.Count)
	for range report.Count {
		got, err := next(bounced)
		if err != nil {
			return err
		}
		heard = append(heard, int(got[0].(float64)))
	}
	if !sort.IntsAreSorted(heard) {
		return errors.New("what came back was out of order")
	}
	return expectCall(client, map[string]any{"count": report.Count, "inOrder": true}, "ticks")
}

func refusal() error {
	client, err := socket.Connect(url+"/forbidden", options(false))
	if err != nil {
		return err
	}
	defer client.Disconnect()
	got, err := next(hear(client, "connect_error"))
	if err != nil {
		return err
	}
	return report.Equal(got[0], "forbidden")
}

func kick(client *socket.Socket) error {
	gone := hear(client, "disconnect")
	client.Emit("kick")
	got, err := next(gone)
	if err != nil {
		return err
	}
	return report.Equal(got[0], "io server disconnect")
}

func namespaces() error {
	manager := socket.NewManager(url, options(false))
	for _, name := range []string{"/", "/matrix"} {
		client := manager.Socket(name, nil)
		connected := hear(client, "connect")
		if !client.Connected() {
			if _, err := next(connected); err != nil {
				return err
			}
		}
		if err := expectCall(client, name, "where"); err != nil {
			return err
		}
		defer client.Disconnect()
	}
	return nil
}

func crowd() error {
	for i := range report.Crowd {
		client, err := open(false)
		if err != nil {
			return err
		}
		defer client.Disconnect()
		if err := expectCall(client, i, "echo", i); err != nil {
			return err
		}
	}
	return nil
}

func reconnectsAfter(what string) func() error {
	return func() error {
		client, err := open(true)
		if err != nil {
			return err
		}
		defer client.Disconnect()
		connected := hear(client, "connect")
		if err := report.Ask(what); err != nil {
			return err
		}
		if _, err := next(connected); err != nil {
			return err
		}
		return expectCall(client, "again", "echo", "again")
	}
}

func main() {
	url, mode = os.Args[1], os.Args[2]
	report.Check("values", with(values))
	if mode == "polling" {
		report.Lacks("binary and order", "over polling, a packet waits until the poll that runs is answered: one for each ping")
	} else {
		report.Check("binary", with(binary))
		report.Check("order", with(order))
	}
	report.Check("large text", with(largeText))
	report.Check("acks", with(acks))
	report.Check("rooms", with(rooms))
	report.Check("refusal", refusal)
	report.Check("kick", with(kick))
	report.Check("namespaces", namespaces)
	report.Check("crowd", crowd)
	report.Check("restart", reconnectsAfter("restart"))
	if mode == "websocket" {
		report.Check("freeze", reconnectsAfter("freeze"))
	}
	report.Say("end")
}
