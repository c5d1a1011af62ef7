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
	// refused is a program that no namespace is left for.
	"refused": func() int {
		if os.Getenv("CONNSPEC_LAB_REFUSED") == "" {
			// Limits are the user namespace's own (namespaces(7)): they hold for
			// this process and those it starts.
			for name, value := range map[string]string{"user": os.Args[1], "net": os.Args[2]} {
				err := os.WriteFile("/proc/sys/user/max_"+name+"_namespaces", []byte(value), 0)
				if err != nil {
					fmt.Println(err)
					return 1
				}
			}
			os.Setenv("CONNSPEC_LAB_REFUSED", "yes")
		}
		fmt.Println(lab.Enter())
		for _, tier := range lab.Probe() {
			fmt.Println(tier)
		}
		return 43
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

// Where namespaces are not to be had the program goes on, and knows why.
func TestEnterRefused(t *testing.T) {
	lab.Need(t)
	for _, c := range []struct{ user, net, want string }{
		{"0", "0", "new network namespace: fork/exec /proc/self/exe: no space left on device; " +
			"new user and network namespace: fork/exec /proc/self/exe: no space left on device; " +
			"run as root or: sysctl -w user.max_user_namespaces=15000"},
		// One for Enter and none for a lane.
		{"9", "1", "new network namespace: not usable: lab: new network namespace: no space left on device " +
			"(needs CAP_SYS_ADMIN: see lab.Enter); " +
			"raise user.max_net_namespaces or user.max_user_namespaces (sysctl -w), or end what holds so many"},
	} {
		cmd := helper("refused", c.user, c.net)
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if e, ok := err.(*exec.ExitError); !ok || e.ExitCode() != 43 {
			t.Errorf("ended with %v, want exit code 43", err)
		}
		want := c.want + "\nsim: yes\nloopback: yes\nwire: no: " + c.want + "\n"
		if string(out) != want {
			t.Errorf("with max_user_namespaces=%s, max_net_namespaces=%s:\n%swant\n%s", c.user, c.net, out, want)
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
