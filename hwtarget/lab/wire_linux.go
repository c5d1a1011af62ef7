package lab

import (
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/rawsock"
)

// Wire is a veth pair with a NIC on either end. No kernel answers on it: the
// interfaces have no addresses, and the NICs go by MACs that are not theirs.
type Wire struct {
	A, B hwtarget.NIC // A has [HostMAC], B [PuppetMAC]
	nics []*rawsock.NIC
}

// NewWire makes one, both ends in one new namespace. The process must be root
// or have entered the lab.
func NewWire(o Options) (*Wire, error) {
	if _, err := home(); err != nil {
		return nil, err
	}
	w := &Wire{}
	made := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := w.build(o)
		leave()
		made <- err
	}()
	if err := <-made; err != nil {
		w.Close()
		return nil, err
	}
	w.A, w.B = w.nics[0], w.nics[1]
	return w, nil
}

func (w *Wire) build(o Options) error {
	netns, err := unshareNet()
	if err != nil {
		return err
	}
	defer unix.Close(netns)
	sysctls(quiet)
	fd, err := netlinkSocket()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	near := end{"near0", hostIndex, [6]byte{0x02, 0, 0, 0, 0, 0xfd}, -1}
	far := end{farName, farIndex, farMAC, -1}
	var b batch
	b.veth(near, far, o.mtu())
	b.up(near.name+" up", near.index, true)
	b.up(far.name+" up", far.index, true)
	if err := b.run(fd); err != nil {
		return err
	}
	for i, e := range [...]end{near, far} {
		packet, err := rawsock.Socket()
		if err != nil {
			return err
		}
		mac := HostMAC
		if i == 1 {
			mac = PuppetMAC
		}
		nic, err := rawsock.OpenAt(packet, rawsock.Config{Interface: e.name, MAC: mac, Frames: o.frames(), Unfiltered: true})
		if err != nil {
			return err
		}
		w.nics = append(w.nics, nic)
		if err := rawsock.Offloads(packet, e.name); err != nil {
			return err
		}
		if _, err := rawsock.Linked(packet, e.name); err != nil {
			return err
		}
	}
	return nil
}

// Close releases both NICs and with them the namespace.
func (w *Wire) Close() error {
	for _, n := range w.nics {
		n.Close()
	}
	return nil
}
