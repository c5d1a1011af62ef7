package part

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/bench/trial"
	"github.com/connspec/connspec/hwtarget/rawsock"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// nowhere is where the SYNs of a flood say that they come from: the far kernel
// is the router to it and drops what is sent there.
var nowhere = netip.MustParsePrefix("172.16.0.0/12")

// inTime is how long an honest connect may take.
const inTime = time.Second

// floodStart is how long the ends have to find each other.
const floodStart = 5 * time.Second

// accepts is connspec under a flood: it accepts and closes what connects, for as
// long as the far end does and then a little.
func (h *host) accepts(s *trial.Spec) (o trial.Outcome, err error) {
	must := func(now time.Duration, c *spec.Call) int32 {
		r, done := h.Call(now, 0, c)
		if err == nil && (!done || r.Failed()) {
			err = fmt.Errorf("%v: %v", c.Op, r.Errno)
		}
		return r.Ret
	}
	var listener int32
	h.pump.Do(func(now time.Duration) {
		listener = must(now, &spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, SockFlags: spec.SockNonblock})
		at := spec.SockaddrInet(netip.AddrPortFrom(s.Near, uint16(s.Port)))
		must(now, &spec.Call{Op: spec.OpBind, FD: listener, Addr: at, AddrLen: spec.SizeofSockaddrIn})
		must(now, &spec.Call{Op: spec.OpListen, FD: listener, Backlog: 1024})
	})
	accept := spec.Call{Op: spec.OpAccept, FD: listener}
	var m runtime.MemStats
	started, looked := time.Now(), time.Now()
	for err == nil && time.Since(started) < s.Time+inTime+2*patience {
		took := 0
		h.pump.Do(func(now time.Duration) {
			for r, done := h.Call(now, 0, &accept); done && !r.Failed(); r, done = h.Call(now, 0, &accept) {
				h.Call(now, 0, &spec.Call{Op: spec.OpClose, FD: r.Ret})
				took++
			}
		})
		o.Operations += float64(took)
		if time.Since(looked) > patience {
			looked = time.Now()
			runtime.ReadMemStats(&m)
			o.Memory = max(o.Memory, float64(m.HeapSys+m.StackSys))
		}
		if took == 0 && err == nil {
			h.nic.Wait(time.Millisecond)
		}
	}
	o.Seconds = time.Since(started).Seconds()
	return o, err
}

// besiege is the far end of a flood: SYNs of nobody, and honest connects
// between them, which begin evenly over the time of the trial.
func besiege(s *trial.Spec, in io.Reader, out io.Writer) error {
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	var stop atomic.Bool
	go func() {
		io.Copy(io.Discard, in)
		stop.Store(true)
	}()
	for began := time.Now(); !honestConnect(s); {
		if stop.Load() || time.Since(began) > floodStart {
			return fmt.Errorf("far end: no answer from the near one")
		}
	}
	var over atomic.Bool
	flooded := make(chan error)
	var rate float64
	go func() {
		runtime.LockOSThread()
		var err error
		rate, err = flood(s, &over)
		flooded <- err
	}()
	o, err := honestConnects(s, inTime)
	over.Store(true)
	if e := <-flooded; err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	o.Flood = rate
	for !stop.Load() { // the near end has not ended yet
		time.Sleep(time.Millisecond)
	}
	return o.Print(out)
}

// honestConnect makes one connection and says whether it came about.
func honestConnect(s *trial.Spec) bool {
	one := *s
	one.Count, one.Time = 1, 0
	o, err := honestConnects(&one, 100*time.Millisecond)
	return err == nil && o.Operations == 1
}

// honestConnects begins Count connects evenly over the trial's time. What takes
// longer than most has failed.
func honestConnects(s *trial.Spec, most time.Duration) (o trial.Outcome, err error) {
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return o, fmt.Errorf("far end: epoll: %w", err)
	}
	defer unix.Close(poll)
	a := &attempts{s: s, poll: poll, fds: make([]int, s.Count), began: make([]time.Time, s.Count)}
	open, left := make([]bool, s.Count), s.Count
	end := func(i int, good bool) {
		if !open[i] {
			return
		}
		open[i] = false
		left--
		unix.Close(a.fds[i])
		if took := time.Since(a.began[i]); good && took <= most {
			a.o.Operations++
			a.seen.Add(took)
		} else {
			a.o.Failed++
		}
	}
	events := make([]unix.EpollEvent, 64)
	started := time.Now()
	for next := 0; left > 0 && (next < s.Count || time.Since(started) < s.Time+most); {
		for next < s.Count && time.Since(started) >= s.Time*time.Duration(next)/time.Duration(s.Count) {
			ended, err := a.connectTo(next, s.Near)
			if err != nil {
				return a.o, fmt.Errorf("far end: %w", err)
			}
			open[next] = true
			if ended {
				end(next, true)
			}
			next++
		}
		n, err := unix.EpollWait(poll, events, 1)
		if err != nil && err != unix.EINTR {
			return a.o, fmt.Errorf("far end: epoll: %w", err)
		}
		for _, ev := range events[:max(n, 0)] {
			end(int(ev.Fd), ev.Events&(unix.EPOLLERR|unix.EPOLLHUP) == 0)
		}
	}
	for i := range open {
		end(i, false)
	}
	a.seen.Quantiles(&a.o)
	return a.o, nil
}

// flood sends SYNs from addresses of nobody until it is over, Rate a second.
func flood(s *trial.Spec, over *atomic.Bool) (rate float64, err error) {
	from, err := hardware(s.FarMAC)
	if err != nil {
		return 0, err
	}
	to, err := hardware(s.MAC)
	if err != nil {
		return 0, err
	}
	nic, err := rawsock.Open(rawsock.Config{Interface: s.Interface, MAC: from, Frames: 1, Unfiltered: true})
	if err != nil {
		return 0, err
	}
	defer nic.Close()
	frames := make([][]byte, 32)
	for i := range frames {
		frames[i] = make([]byte, wire.EthernetLen+wire.IPv4Len+wire.TCPLenMax)
	}
	rng := rand.New(rand.NewPCG(1, uint64(s.Rate)))
	sent, started := 0, time.Now()
	for !over.Load() {
		due := int(time.Since(started).Seconds() * float64(s.Rate))
		if due < sent+len(frames) {
			time.Sleep(50 * time.Microsecond)
			continue
		}
		for i := range frames {
			frames[i] = forgeSyn(s, from, to, rng, frames[i][:cap(frames[i])])
		}
		n, _ := nic.Send(frames) // what finds no room is sent with the next
		sent += n
	}
	return float64(sent) / time.Since(started).Seconds(), nil
}

// forgeSyn writes a SYN of nobody to the near end.
func forgeSyn(s *trial.Spec, from, to [6]byte, rng *rand.Rand, b []byte) []byte {
	x := rng.Uint64()
	src := nowhere.Addr().As4()
	binary.BigEndian.PutUint32(src[:], binary.BigEndian.Uint32(src[:])|uint32(x)&(1<<20-1))
	seg := wire.TCP{SrcPort: uint16(x >> 20), DstPort: uint16(s.Port), Seq: uint32(x >> 32), Flags: wire.SYN, Window: 65535}
	seg.Options = wire.TCPOptions{
		Has: wire.OptionMSS | wire.OptionSACKPermitted | wire.OptionTimestamps | wire.OptionWindowScale,
		MSS: 1460, TSVal: uint32(x), WindowScale: 7,
	}
	b = b[:wire.EthernetLen+wire.IPv4Len+seg.Len()]
	dst := s.Near.As4()
	seg.Put(b[wire.EthernetLen+wire.IPv4Len:], wire.PseudoIPv4(src, dst, wire.ProtocolTCP))
	ip := wire.IPv4{DontFragment: true, TTL: 64, Protocol: wire.ProtocolTCP, Src: src, Dst: dst}
	ip.Put(b[wire.EthernetLen:])
	eth := wire.Ethernet{Dst: to, Src: from, Type: wire.EtherTypeIPv4}
	eth.Put(b)
	return b
}
