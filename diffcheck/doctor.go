package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/connspec/connspec/hwtarget/lab"
)

type doctorCommand struct{}

// uses says what each tier is for.
var uses = map[string]string{
	"sim":      "impl in virtual time",
	"loopback": "the kernel, scripts that need no wire",
	"wire":     "the kernel and impl on virtual Ethernet with a puppet",
}

// helpers are programs that diffcheck does without, but whose output helps to
// look into a divergence.
var helpers = []struct{ name, use string }{
	{"tcpdump", "reads the .pcapng files"},
	{"strace", "shows the calls as diffcheck prints them"},
	{"packetdrill", "runs the .pkt files by itself"},
}

func (c *doctorCommand) Run(w io.Writer) error {
	lab.Enter() // its error is the reason that Probe tells
	fmt.Fprintf(w, "system   %s %s, %s\n", procLine("/proc/sys/kernel/ostype"), release(), runtime.GOARCH)
	fmt.Fprintf(w, "cpu      %d, %s\n", runtime.NumCPU(), processor())
	fmt.Fprintf(w, "go       %s\n", runtime.Version())
	missing := false
	for _, t := range lab.Probe() {
		have := "yes"
		if !t.Available {
			have, missing = "no ", true
		}
		fmt.Fprintf(w, "tier     %-8s  %-3s  %s\n", t.Name, have, uses[t.Name])
		if !t.Available {
			fmt.Fprintf(w, "         %s\n", t.Reason)
		}
	}
	for _, h := range helpers {
		path, err := exec.LookPath(h.name)
		if err != nil {
			path = "not found (optional: " + h.use + ")"
		}
		fmt.Fprintf(w, "program  %-11s  %s\n", h.name, path)
	}
	if !missing {
		fmt.Fprintln(w, "all tiers can run: go run ./diffcheck")
	}
	return nil
}

// processor is the model name of the first processor.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
