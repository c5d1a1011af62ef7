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
// package, one after the other, and prints how they compare.
func Spin(w io.Writer, workers int) error {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			fmt.Fprintf(w, "not compared with Spin: there is no %s (Debian: apt install spin gcc)\n", tool)
			return nil
		}
	}
	spin, cpu, err := runSpin()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-22s %10s %12s %8s %14s %16s\n", "the machine of 5 sockets", "states", "transitions", "seconds", "states a second", "transitions a second")
	print := func(name string, r HandResult) {
		s := r.Elapsed.Seconds()
		fmt.Fprintf(w, "%-24s %10d %12d %8.2f %15.0f %20.0f\n", name, r.Worlds, r.Transitions, s, float64(r.Worlds)/s, float64(r.Transitions)/s)
	}
	print("spin, 1 core", spin)
	fmt.Fprintf(w, "  (%.1f s of processor time)\n", cpu.Seconds())
	for _, n := range []int{1, workers} {
		r := Hand(n, handSockets)
		print(fmt.Sprintf("explore, %d workers", n), r)
		if r.Worlds != spin.Worlds {
			return fmt.Errorf("explore has %d states of the machine and Spin %d", r.Worlds, spin.Worlds)
		}
		fmt.Fprintf(w, "  %.1f times as many states a second as Spin, %.1f times as many transitions\n",
			float64(spin.Elapsed)/float64(r.Elapsed), float64(r.Transitions)/r.Elapsed.Seconds()/(float64(spin.Transitions)/spin.Elapsed.Seconds()))
	}
	return nil
}

var (
	spinStored  = regexp.MustCompile(`(\d+) states, stored`)
	spinMatched = regexp.MustCompile(`(\d+) transitions`)
)

// runSpin builds the verifier in a directory of its own and runs it.
func runSpin() (r HandResult, cpu time.Duration, err error) {
	dir, err := os.MkdirTemp("", "connspec-spin-")
	if err != nil {
		return r, 0, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "hand.pml"), handPromela, 0o644); err != nil {
		return r, 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), spinTime)
	defer cancel()
	for _, line := range [][]string{{"spin", "-a", "hand.pml"}, {"gcc", "-O2", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"}} {
		c := exec.CommandContext(ctx, line[0], line[1:]...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return r, 0, fmt.Errorf("%v: %w\n%s", line, err, out)
		}
	}
	c := exec.CommandContext(ctx, "./pan", "-m5000000", "-w24")
	c.Dir = dir
	start := time.Now()
	out, err := c.CombinedOutput()
	r.Elapsed = time.Since(start)
	if err != nil {
		return r, 0, fmt.Errorf("pan: %w\n%s", err, out)
	}
	r.Worlds, r.Transitions = number(spinStored, out), number(spinMatched, out)
	return r, c.ProcessState.UserTime(), nil
}

func number(pattern *regexp.Regexp, out []byte) int64 {
	m := pattern.FindSubmatch(out)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return n
}
