package lab_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget/lab"
)

// helperVariable makes the test binary play a program that uses the lab.
const helperVariable = "CONNSPEC_LAB_TEST"

var helpers = map[string]func() int{
	"exit": func() int {
		if err := lab.Enter(); err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println("inside", os.Args[1:])
		return 42
	},
	"hang": func() int {
		if err := lab.Enter(); err != nil {
			fmt.Println(err)
			return 1
		}
		l, err := lab.NewLane(lab.Options{})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		l.Do(func() error {
			ns, err := os.Readlink("/proc/thread-self/ns/net")
			fmt.Println(os.Getpid(), ns)
			return err
		})
		select {}
	},
}

func helper(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), helperVariable+"="+name)
	return cmd
}

func TestEnterPassesArgumentsAndExitCode(t *testing.T) {
	lab.Need(t)
	out, err := helper("exit", "a", "b c").CombinedOutput()
	if want := "inside [a b c]\n"; string(out) != want {
		t.Errorf("output %q, want %q", out, want)
	}
	if e, ok := err.(*exec.ExitError); !ok || e.ExitCode() != 42 {
		t.Errorf("ended with %v, want exit code 42", err)
	}
}

func TestEnterWithAVariableFromFurtherUp(t *testing.T) {
	lab.Need(t)
	for _, c := range []struct{ value, want string }{
		{"1,4026531840,3,1", "inside []\n"},
		{"1,4026531840,3,3", "the lab is entered 3 deep already\n"},
		{"yes", "environment: CONNSPEC_LAB=\"yes\": want parent,netns,fd,depth; unset it\n"},
	} {
		cmd := helper("exit")
		cmd.Env = append(cmd.Env, "CONNSPEC_LAB="+c.value)
		if out, _ := cmd.CombinedOutput(); string(out) != c.want {
			t.Errorf("with %q: output %q, want %q", c.value, out, c.want)
		}
	}
}

func TestSignalReachesTheInnerProcess(t *testing.T) {
	lab.Need(t)
	cmd, inner, _ := hang(t)
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 128+int(syscall.SIGTERM) {
		t.Errorf("ended with %v, want exit code 143", err)
	}
	gone(t, inner)
}

func TestNothingSurvivesAKilledParent(t *testing.T) {
	lab.Need(t)
	cmd, inner, ns := hang(t)
	if n := holders(t, ns); n == 0 {
		t.Fatalf("no thread in %s while the helper runs", ns)
	}
	cmd.Process.Kill()
	cmd.Wait()
	gone(t, inner)
	if n := holders(t, ns); n != 0 {
		t.Errorf("%d threads left in %s", n, ns)
	}
}

// hang starts a program that has a lane and gives the inner process's id, as a
// pidfd, and the name of the lane's namespace.
func hang(t *testing.T) (cmd *exec.Cmd, pidfd int, ns string) {
	t.Helper()
	cmd = helper("hang")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	var pid int
	if _, e := fmt.Sscan(line, &pid, &ns); e != nil {
		t.Fatalf("helper said %q, %v", line, err)
	}
	if pidfd, err = unix.PidfdOpen(pid, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(pidfd) })
	return cmd, pidfd, ns
}

func gone(t *testing.T, pidfd int) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if n, err := unix.Poll(fds, 1000); n == 1 && err == nil {
			return
		}
	}
	t.Fatal("the inner process outlived its parent")
}

// holders counts threads in a network namespace, system wide.
func holders(t *testing.T, ns string) (n int) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if got, err := os.Readlink(link); err == nil && strings.EqualFold(got, ns) {
			n++
		}
	}
	return n
}

func TestProbe(t *testing.T) {
	for _, tier := range lab.Probe() {
		if (tier.Reason == "") != tier.Available {
			t.Errorf("%+v: want a reason exactly if it is not available", tier)
		}
		if strings.Contains(tier.String(), "\n") {
			t.Errorf("%q: want one line", tier)
		}
	}
}
