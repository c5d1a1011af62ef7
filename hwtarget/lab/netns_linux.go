package lab

import (
	"fmt"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// home is the network namespace that the process was started in.
var home = sync.OnceValues(func() (int, error) {
	fd, err := unix.Open("/proc/self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("lab: own network namespace: %w", err)
	}
	return fd, nil
})

// unshareNet gives the calling thread a new network namespace, in which lo
// exists and is down, and returns a descriptor that keeps it.
func unshareNet() (int, error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return -1, fmt.Errorf("lab: new network namespace: %w (needs CAP_SYS_ADMIN: see lab.Enter)", err)
	}
	fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("lab: new network namespace: %w", err)
	}
	return fd, nil
}

// bind moves the calling goroutine, and the thread it is locked to from here
// on, into the namespace. The function returned takes it back.
func bind(netns int) (release func(), err error) {
	back, err := home()
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	if err := unix.Setns(netns, unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return nil, fmt.Errorf("lab: enter network namespace: %w", err)
	}
	return func() {
		// A thread that cannot go back must not serve other goroutines: left
		// locked, it ends with this one.
		if unix.Setns(back, unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
	}, nil
}

// setting is a sysctl and the value it is to have.
type setting struct{ name, value string }

// sysctl writes a file below /proc/sys/net, which shows the namespace of the
// thread that opens it.
func sysctl(s setting) error {
	fd, err := unix.Open("/proc/sys/net/"+s.name, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "sysctl", Path: "net/" + s.name, Err: err}
	}
	_, err = unix.Write(fd, []byte(s.value))
	unix.Close(fd)
	if err != nil {
		return &os.PathError{Op: "sysctl", Path: "net/" + s.name + "=" + s.value, Err: err}
	}
	return nil
}

// sysctls applies all and names those that this kernel does not have or does
// not let be set here, with the reason.
func sysctls(all []setting) (missing []string) {
	for _, s := range all {
		if err := sysctl(s); err != nil {
			missing = append(missing, err.Error())
		}
	}
	return missing
}
