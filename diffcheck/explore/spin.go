package explore

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

//go:embed testdata/hand.pml
var handPromela []byte

// spinTime bounds one run of Spin.
const spinTime = 5 * time.Minute

// Spin searches the hand-sized machine with Spin and with the store of this
// package, one after the other, and prints how they compare; sum is what the
// searches before came to, and compared as well if it is of any.
func Spin(w io.Writer, workers int, sum *Sum) error {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			fmt.Fprintf(w, "not compared with Spin: there is no %s (Debian: apt install spin gcc)\n", tool)
			return nil
		}
	}
	spin, version, err := runSpin()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%-26s %9s %12s %8s %11s %8s %11s\n", "the machine of 5 sockets", "states", "transitions", "seconds", "per second", "cpu s", "per cpu s")
	row := func(name string, r HandResult) {
		fmt.Fprintf(w, "%-26s %9d %12d %8.2f %11.0f %8.2f %11.0f\n", name, r.Worlds, r.Transitions, r.Elapsed.Seconds(), rate(r.Transitions, r.Elapsed), r.Busy.Seconds(), rate(r.Transitions, r.Busy))
	}
	row(version+", 1 core", spin)
	own := rate(spin.Transitions, spin.Busy)
	for _, n := range []int{1, workers} {
		r := Hand(n, handSockets)
		row(fmt.Sprintf("explore, %d workers", n), r)
		if r.Worlds != spin.Worlds {
			return fmt.Errorf("explore has %d states of the machine and Spin %d", r.Worlds, spin.Worlds)
		}
		fmt.Fprintf(w, "  %.1f times as many transitions a second as Spin, %.1f times as many by processor time\n",
			rate(r.Transitions, r.Elapsed)/rate(spin.Transitions, spin.Elapsed), rate(r.Transitions, r.Busy)/own)
	}
	if packed := sum.packed(); packed > 0 {
		fmt.Fprintf(w, "  the packed part of the searches above: %.1f times as many transitions by processor time as Spin\n", rate(sum.LookedUp, packed)/own)
	}
	return nil
}

var (
	spinVersion = regexp.MustCompile(`Spin Version ([0-9.]+)`)
	spinStored  = regexp.MustCompile(`(\d+) states, stored`)
	spinMatched = regexp.MustCompile(`(\d+) transitions`)
)

// runSpin builds the verifier in a directory of its own and runs it.
func runSpin() (r HandResult, version string, err error) {
	dir, err := os.MkdirTemp("", "connspec-spin-")
	if err != nil {
		return r, "", err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "hand.pml"), handPromela, 0o644); err != nil {
		return r, "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), spinTime)
	defer cancel()
	for _, line := range [][]string{{"spin", "-a", "hand.pml"}, {"gcc", "-O3", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"}} {
		c := exec.CommandContext(ctx, line[0], line[1:]...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return r, "", fmt.Errorf("%v: %w\n%s", line, err, out)
		}
	}
	c := exec.CommandContext(ctx, "./pan", "-m5000000", "-w24")
	c.Dir = dir
	start := time.Now()
	out, err := c.CombinedOutput()
	r.Elapsed = time.Since(start)
	if err != nil {
		return r, "", fmt.Errorf("pan: %w\n%s", err, out)
	}
	r.Worlds, r.Transitions = number(spinStored, out), number(spinMatched, out)
	r.Busy = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	if m := spinVersion.FindSubmatch(out); m != nil {
		version = " " + string(m[1])
	}
	return r, "Spin" + version, nil
}

func number(pattern *regexp.Regexp, out []byte) int64 {
	m := pattern.FindSubmatch(out)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return n
}
