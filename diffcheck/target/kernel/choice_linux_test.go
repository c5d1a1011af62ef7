package kernel

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
)

// A script that narrows the range of ports gets one that nothing uses.
func TestFreshChoicePassesOverPortsInUse(t *testing.T) {
	var k Target
	free := k.freshChoice()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: int(free), Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatalf("the port %d that freshChoice gave is not free: %v", free, err)
	}
	k.choice = free - script.ChoiceFirst - 1
	if got := k.freshChoice(); got <= free {
		t.Errorf("with port %d in use freshChoice gives %d, want one after it", free, got)
	}
}
