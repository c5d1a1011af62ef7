package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is the command, built once for all tests.
var program string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "diffcheck-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "diffcheck")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// outcome is what the command did.
type outcome struct {
	stdout, stderr string
	code           int
}

// diffcheck runs the command in a directory and with a temporary directory of
// its own, and checks that it leaves nothing in either and no process.
func diffcheck(t *testing.T, files map[string]string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd, dirs := command(ctx, t, files, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	requireClean(t, dirs, len(files))
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// command prepares a run: its working directory holds files, TMPDIR is empty.
func command(ctx context.Context, t *testing.T, files map[string]string, args ...string) (cmd *exec.Cmd, dirs [2]string) {
	t.Helper()
	dirs = [2]string{t.TempDir(), t.TempDir()}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dirs[0], name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd = exec.CommandContext(ctx, program, args...)
	cmd.Dir = dirs[0]
	cmd.Env = append(os.Environ(), "TMPDIR="+dirs[1])
	return cmd, dirs
}

func requireClean(t *testing.T, dirs [2]string, files int) {
	t.Helper()
	for i, want := range []int{files, 0} {
		if entries, err := os.ReadDir(dirs[i]); err != nil || len(entries) != want {
			t.Errorf("left behind: %d files, want %d (%v)", len(entries), want, entries)
		}
	}
	exes, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, exe := range exes {
		if path, err := os.Readlink(exe); err == nil && path == program {
			t.Errorf("left behind: the process %s", filepath.Base(filepath.Dir(exe)))
		}
	}
}

func TestBadInputIsNamedWithItsPosition(t *testing.T) {
	capture := "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00\x00\x00"
	var many strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&many, "+0 socket(AF_INET, SOCK_STREAM, 0) = %d\n", i+3)
	}
	for _, c := range []struct {
		name, file string
		args       []string
		want       string
	}{
		{"flag", "", []string{"--seed", "x"}, `--seed: expected a valid 64 bit uint but got "x"`},
		{"target", "", []string{"--targets", "kernel,toaster"}, `--targets: unknown target "toaster": expected kernel, impl, sim or sim:DIALECT`},
		{"dialect", "", []string{"--dialect", "klingon"}, `--dialect: unknown document "klingon": expected posix, linux, macos, osx or targettcp`},
		{"number of scripts", "", []string{"--scripts=-1"}, "--scripts -1: expected a number of scripts"},
		{"number of workers", "", []string{"--workers=257"}, "--workers 257: expected 1 to 256"},
		{"time", "", []string{"--budget", "soon"}, "--budget: "},
		{"command", "", []string{"frobnicate"}, "unexpected argument frobnicate"},
		{"place for the results", "", []string{"--json", "no/such/place.json"}, "--json: "},
		{"known divergences", "a | b", []string{"--known", "file"}, `file:1:6: expected "rule | target | version | what was seen | why | link"`},
		{"no file", "", []string{"replay", "missing.pkt"}, "missing.pkt: no such file or directory"},
		{"syntax", "+0 socket(AF_INET, SOCK_STREAM, 0) = 3\n+0 bnd(3, ..., ...) = 0\n", []string{"replay", "file"}, "file:2:4: "},
		{"ten thousand sockets", many.String(), []string{"replay", "file"}, "file:4097:"},
		{"truncated capture", capture, []string{"replay", "file"}, "file: offset 0: a block of 28 bytes is cut off after 16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			if c.file != "" {
				files["file"] = c.file
			}
			got := diffcheck(t, files, c.args...)
			if got.code != 2 || !strings.Contains(got.stderr, c.want) || got.stdout != "" {
				t.Errorf("exit %d, stderr %q, stdout %q; want exit 2 and only %q on stderr", got.code, got.stderr, got.stdout, c.want)
			}
		})
	}
}

// closed is a script that runs on every tier.
const closed = "+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n" +
	"+0 close(3) = 0\n" +
	"+0 listen(3, 1) = -1 %s\n"

func TestReplayComparesWithWhatTheScriptStates(t *testing.T) {
	for _, c := range []struct {
		stated string
		code   int
		want   string
	}{
		{"EBADF (Bad file descriptor)", 0, "judged by linux"},
		{"EINVAL (Invalid argument)", 1, "file:3: step 3 on kernel\n  the script states: listen(3, 1) = -1 EINVAL"},
	} {
		got := diffcheck(t, map[string]string{"file": fmt.Sprintf(closed, c.stated)}, "replay", "file")
		if got.code != c.code || !strings.Contains(got.stdout, c.want) {
			t.Errorf("stated %s: exit %d, want %d; stderr %q, stdout\n%s\nwant %q", c.stated, got.code, c.code, got.stderr, got.stdout, c.want)
		}
	}
}

func TestReplayCountsWhatIsOutside(t *testing.T) {
	got := diffcheck(t, map[string]string{
		"a.pkt": fmt.Sprintf(closed, "EBADF (Bad file descriptor)"),
		"b.pkt": "+0 socket(AF_INET, SOCK_STREAM, 0) = 3\n+0 epoll_create(1) = 4\n",
	}, "replay", ".")
	if want := "2 scripts: 1 agree, 0 differ, 1 not supported, 0 not readable"; got.code != 0 || !strings.Contains(got.stdout, want) {
		t.Errorf("exit %d, stdout\n%s\nwant exit 0 and %q", got.code, got.stdout, want)
	}
	if !strings.Contains(got.stderr, "b.pkt:2:4: ") {
		t.Errorf("stderr %q does not place the call that is not supported", got.stderr)
	}
}

func TestRunsOfOneSeedAreAlike(t *testing.T) {
	counts := func(workers string) (scripts, steps float64) {
		name := filepath.Join(t.TempDir(), "run.json")
		got := diffcheck(t, nil, "--targets", "sim", "--scripts", "300", "--seed", "7", "--workers", workers, "--json", name, "--out", t.TempDir())
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatalf("%v; exit %d, stderr %q", err, got.code, got.stderr)
		}
		var summary struct{ Scripts, Steps float64 }
		if err := json.Unmarshal(content, &summary); err != nil {
			t.Fatal(err)
		}
		return summary.Scripts, summary.Steps
	}
	scripts, steps := counts("1")
	if scripts != 300 || steps < 900 {
		t.Errorf("%v scripts of %v steps, want 300 of at least 3 each", scripts, steps)
	}
	if s, n := counts("3"); s != scripts || n != steps {
		t.Errorf("3 workers: %v scripts, %v steps; 1 worker: %v, %v", s, n, scripts, steps)
	}
}

func TestInterruptStopsTheRunAndPrintsIt(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd, dirs := command(ctx, t, nil, "--targets", "sim", "--budget", "10m", "--out", t.TempDir())
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, len("seed"))
	if _, err := stdout.Read(first); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var rest bytes.Buffer
	if _, err := rest.ReadFrom(stdout); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // its status depends on what was found until then
	if code := cmd.ProcessState.ExitCode(); code < 0 || !strings.Contains(rest.String(), "interrupted: this is what was seen until then") {
		t.Errorf("exit %d, stdout %q", code, rest.String())
	}
	requireClean(t, dirs, 0)
}

func TestListsAreComplete(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"clauses"}, "targettcp/errors/EISCONN"},
		{[]string{"clauses", "--document", "posix"}, "posix/errors/EALREADY"},
		{[]string{"rules"}, "connect/"},
		{[]string{"rules", "--dialect", "osx"}, "connect/"},
		{[]string{"doctor"}, "tier     sim       yes"},
	} {
		got := diffcheck(t, nil, c.args...)
		if got.code != 0 || !strings.Contains(got.stdout, c.want) {
			t.Errorf("%v: exit %d, stderr %q, no %q in\n%s", c.args, got.code, got.stderr, c.want, got.stdout)
		}
	}
	if got := diffcheck(t, nil, "clauses", "--document", "posix"); strings.Contains(got.stdout, "linux/") {
		t.Error("clauses --document posix lists clauses of linux")
	}
}
