package fault_test

import (
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/fault"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// wrapped is port 0 of a network behind faults, and port 1 as it is.
func wrapped(t *testing.T, out, in simnet.Link) (*simnet.Net, *fault.NIC, hwtarget.NIC) {
	t.Helper()
	n, err := simnet.New(simnet.Config{Ports: 2})
	if err != nil {
		t.Fatal(err)
	}
	f, err := fault.Wrap(n.Port(0), out, in, 1, n.Now)
	if err != nil {
		t.Fatal(err)
	}
	return n, f, n.Port(1)
}

func frame(from, to hwtarget.NIC) []byte {
	dst, src := to.MAC(), from.MAC()
	f := append(append(make([]byte, 0, 100), dst[:]...), src[:]...)
	return append(f, 0x88, 0xb5)[:100]
}

// count sends frames from one NIC to another and gives how many arrive.
func count(t *testing.T, n *simnet.Net, from, to hwtarget.NIC, frames int) (arrived int) {
	t.Helper()
	buf := make([][]byte, 7)
	for range frames {
		if k, err := from.Send([][]byte{frame(from, to)}); k != 1 || err != nil {
			t.Fatalf("Send: %d, %v", k, err)
		}
		n.AdvanceTo(n.Now() + time.Millisecond)
		for _, nic := range []hwtarget.NIC{from, to} { // the sender's puts on the wire what is due
			k, err := nic.Recv(buf)
			if err != nil {
				t.Fatal(err)
			}
			if nic == to {
				arrived += k
			}
		}
	}
	return arrived
}

func TestFaultsEachWay(t *testing.T) {
	half := simnet.Link{Loss: 0.5}
	for _, c := range []struct {
		name                 string
		out, in              simnet.Link
		outAbout, inAbout, n int
	}{
		{"none", simnet.Link{}, simnet.Link{}, 1000, 1000, 1000},
		{"out", half, simnet.Link{}, 500, 1000, 1000},
		{"in", simnet.Link{}, half, 1000, 500, 1000},
		{"doubled", simnet.Link{Duplicate: 1}, simnet.Link{Duplicate: 1}, 2000, 2000, 1000},
		{"dead", simnet.Link{Loss: 1}, simnet.Link{Loss: 1}, 0, 0, 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, f, far := wrapped(t, c.out, c.in)
			for _, way := range []struct {
				name        string
				got, wanted int
			}{{"sent", count(t, n, f, far, c.n), c.outAbout}, {"received", count(t, n, far, f, c.n), c.inAbout}} {
				if d := way.got - way.wanted; d < -60 || d > 60 || way.wanted%1000 == 0 && d != 0 {
					t.Errorf("%s: %d frames of %d, want about %d", way.name, way.got, c.n, way.wanted)
				}
			}
		})
	}
}

func TestWaitEndsWhenAFrameIsDue(t *testing.T) {
	n, f, far := wrapped(t, simnet.Link{Delay: time.Second}, simnet.Link{})
	if _, err := f.Send([][]byte{frame(f, far)}); err != nil {
		t.Fatal(err)
	}
	if err := f.Wait(-1); err != nil { // goes on in the network's time
		t.Fatal(err)
	}
	if n.Now() != time.Second {
		t.Errorf("waited until %v, want 1s", n.Now())
	}
	buf := make([][]byte, 1)
	f.Recv(buf)
	if k, _ := far.Recv(buf); k != 1 {
		t.Errorf("%d frames arrived, want 1", k)
	}
}
