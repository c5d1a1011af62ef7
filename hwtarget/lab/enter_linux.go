package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget/rawsock"
)

// entryVariable tells a re-executed process that it is the inner one: the
// parent's process id and network namespace, the descriptor on which the parent
// waits for word, and how many labs deep this one is. It stays in the
// environment, where it means nothing to the processes further down but the
// depth.
const entryVariable = "CONNSPEC_LAB"

// maxDepth stops a program that starts itself again and again from inside: a
// test binary in the lab may run a program that enters one of its own, and that
// is all there is need for.
const maxDepth = 3

// ready is the word that the inner process sends when the lab works; anything
// else is the reason why it does not.
const ready = "ready"

func enter() error {
	var e entry
	if v := os.Getenv(entryVariable); v != "" {
		var err error
		if e, err = parseEntry(v); err != nil {
			return &Missing{What: err.Error(), Remedy: "unset it"}
		}
	}
	switch {
	case e.parent != 0 && e.parent == os.Getppid():
		return arrive(e)
	case e.depth >= maxDepth:
		return &Missing{What: fmt.Sprintf("the lab is entered %d deep already", e.depth)}
	}
	return depart(e.depth + 1)
}

type entry struct {
	parent int
	netns  uint64
	fd     int
	depth  int
}

func (e entry) String() string {
	return fmt.Sprintf("%d,%d,%d,%d", e.parent, e.netns, e.fd, e.depth)
}

// parseEntry reads the variable. Whether it was meant for this process, and
// not inherited from one further up, its parent says.
func parseEntry(v string) (e entry, err error) {
	n, _ := fmt.Sscanf(v, "%d,%d,%d,%d", &e.parent, &e.netns, &e.fd, &e.depth)
	if n != 4 || v != e.String() || e.depth < 1 {
		return entry{}, fmt.Errorf("environment: %s=%q: want parent,netns,fd,depth", entryVariable, v)
	}
	return e, nil
}

// arrive is the inner half: it tries the lab out and tells the parent.
func arrive(e entry) error {
	word := os.NewFile(uintptr(e.fd), "lab entry")
	defer word.Close()
	err := try(e)
	if err != nil {
		// The parent goes on without us.
		fmt.Fprint(word, err)
		os.Exit(0)
	}
	if _, err := io.WriteString(word, ready); err != nil {
		os.Exit(1) // the parent is gone
	}
	return nil
}

// try makes a veth pair and a packet socket, which take every privilege that
// the lab needs.
func try(e entry) error {
	if inode, err := netnsInode(); err != nil {
		return err
	} else if inode == e.netns {
		return errors.New("the system started the program in the same network namespace")
	}
	if _, err := home(); err != nil {
		return err
	}
	made := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := tryHere()
		leave()
		made <- err
	}()
	return <-made
}

func tryHere() error {
	netns, err := unshareNet()
	if err != nil {
		return err
	}
	defer unix.Close(netns)
	fd, err := netlinkSocket()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var b batch
	b.veth(end{hostName, hostIndex, HostMAC, -1}, end{farName, farIndex, farMAC, -1}, MTU)
	if err := b.run(fd); err != nil {
		return err
	}
	packet, err := rawsock.Socket()
	if err != nil {
		return err
	}
	go unix.Close(packet) // sleeps for an RCU grace period, which nobody need wait for
	return nil
}

// depart is the outer half.
func depart(depth int) error {
	inode, err := netnsInode()
	if err != nil {
		return &Missing{What: err.Error(), Remedy: "needs /proc and a kernel with network namespaces"}
	}
	var reasons []string
	for _, flags := range [...]uintptr{unix.CLONE_NEWNET, unix.CLONE_NEWUSER | unix.CLONE_NEWNET} {
		if flags&unix.CLONE_NEWUSER == 0 && os.Geteuid() != 0 {
			continue // needs CAP_SYS_ADMIN
		}
		err := launch(flags, entry{os.Getpid(), inode, 3, depth}) // returns only if it fails
		reasons = append(reasons, err.Error())
		if errors.Is(err, errStarted) {
			break
		}
	}
	what := strings.Join(reasons, "; ")
	return &Missing{What: what, Remedy: remedy(what)}
}

// errStarted marks the failure of an inner process that was started.
var errStarted = errors.New("not usable")

func launch(flags uintptr, e entry) error {
	kind := "network namespace"
	attr := &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
	if flags&unix.CLONE_NEWUSER != 0 {
		kind = "user and network namespace"
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	// The death signal comes when the thread that started the child ends, not
	// the process (prctl(2)); this goroutine keeps its thread until it leaves.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{w} // becomes descriptor 3, as e says
	cmd.Env = append(os.Environ(), entryVariable+"="+e.String())
	cmd.SysProcAttr = attr

	caught := make(chan os.Signal, 8)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(caught)
	err = cmd.Start()
	w.Close()
	if err != nil {
		return fmt.Errorf("new %s: %w", kind, err)
	}
	go func() {
		for s := range caught {
			if !fromTerminal(s) {
				cmd.Process.Signal(s) // fails only when it has ended
			}
		}
	}()
	word, _ := io.ReadAll(r)
	switch state := wait(cmd); {
	case string(word) == ready:
		os.Exit(exitCode(state))
	case len(word) == 0:
		return fmt.Errorf("new %s: %w: the program ended before it reached lab.Enter: %v", kind, errStarted, state)
	}
	return fmt.Errorf("new %s: %w: %s", kind, errStarted, word)
}

// fromTerminal reports whether the signal is one that the terminal has sent to
// the inner process as well: a program may take a second SIGINT for impatience.
func fromTerminal(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT {
		return false
	}
	tty, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false // no terminal
	}
	defer unix.Close(tty)
	group, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

func wait(cmd *exec.Cmd) *os.ProcessState {
	cmd.Wait() // its error repeats the state
	return cmd.ProcessState
}

// exitCode is the code a shell would give: 128 and the signal's number for a
// process that a signal ended.
func exitCode(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}

// remedy looks for the switch that keeps the user from namespaces.
func remedy(what string) string {
	switch {
	case sysctlIs("/proc/sys/user/max_user_namespaces", "0"):
		return "run as root or: sysctl -w user.max_user_namespaces=15000"
	case sysctlIs("/proc/sys/user/max_net_namespaces", "0"):
		return "run: sysctl -w user.max_net_namespaces=15000"
	case sysctlIs("/proc/sys/kernel/unprivileged_userns_clone", "0"):
		return "run as root or: sysctl -w kernel.unprivileged_userns_clone=1"
	case sysctlIs("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"):
		return "run as root or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
	}
	if strings.Contains(what, unix.ENOSPC.Error()) { // create_user_ns, copy_net_ns
		return "raise user.max_net_namespaces or user.max_user_namespaces (sysctl -w), or end what holds so many"
	}
	return "run as root, or allow unshare(2) (in a container: --privileged, or a seccomp profile that permits it)"
}

func sysctlIs(path, value string) bool {
	b, err := os.ReadFile(path)
	return err == nil && strings.TrimSpace(string(b)) == value
}

// netnsInode identifies the network namespace of the calling thread.
func netnsInode() (uint64, error) {
	var st unix.Stat_t
	if err := unix.Stat("/proc/thread-self/ns/net", &st); err != nil {
		return 0, fmt.Errorf("network namespace of this process: %w", err)
	}
	return st.Ino, nil
}
