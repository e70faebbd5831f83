// Package report is what a program of this folder says to run.py, in lines on standard output, and what it asks of it.
package report

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	Text  = "Grüße, 漢字, 👩\u200d👧, a\u2028b, </script> \"'\\"
	Large = 900_000
	Count = 2000
	Crowd = 50
	Limit = 30 * time.Second
)

var (
	writing sync.Mutex
	input   = bufio.NewScanner(os.Stdin)
)

func Say(line string) {
	writing.Lock()
	defer writing.Unlock()
	line = strings.ReplaceAll(line, "\n", " ")
	fmt.Println(line[:min(len(line), 300)])
}

// Ask has run.py do something to the server (`restart`, `freeze`), and waits until it is done.
func Ask(what string) error {
	Say(what)
	if !input.Scan() || input.Text() != "done" {
		return fmt.Errorf("run.py did not %s", what)
	}
	return nil
}

// Check runs one check and says what came of it.
func Check(name string, check func() error) {
	done := make(chan error, 1)
	go func() { done <- check() }()
	select {
	case err := <-done:
		if err == nil {
			Say("ok " + name)
		} else {
			Say("failed " + name + ": " + err.Error())
		}
	case <-time.After(2 * Limit):
		Say("failed " + name + ": it did not end")
	}
}

func Lacks(name, why string) { Say("lacks " + name + ": " + why) }

func Equal(actual, expected any) error {
	one, other := fmt.Sprint(actual), fmt.Sprint(expected)
	if one == other {
		return nil
	}
	return fmt.Errorf("%.80s instead of %.80s", one, other)
}

func Pattern(size int) []byte {
	bytes := make([]byte, size)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	return bytes
}
