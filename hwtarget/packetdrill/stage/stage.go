// Package stage runs a host in virtual time for a tester that calls it from threads
// of its own: it makes calls, hands in and takes out bare IP packets, and moves the
// clock. Nothing sleeps.
//
// One thread leads: it moves the clock, and a call of its own that blocks lets time
// run until the call ends. Calls of the others wait for what the leader does.
package stage

import (
	"sync"
	"time"

	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// Bounds.
const (
	// ThreadsMax is how many threads may be in a call at the same time.
	ThreadsMax = 8
	// patience is the virtual time for which Receive, or a blocked call of the
	// leader, waits for something to happen.
	patience = 300 * time.Second
	// framesMax bounds the packets that wait for Receive.
	framesMax = 1 << 14
	// courtesy is the real time that the clock stands still for a thread whose call
	// has ended, so that it can read the time at which it did.
	courtesy = time.Second
)

// start is the time when a Stage begins, since its epoch: a system that has been up
// for a while.
const start = 1000 * time.Second

// Packet is an IP packet that the host sent.
type Packet struct {
	At   time.Duration // since the epoch of the Stage
	Data []byte
}

// Stage is a host in virtual time.
type Stage struct {
	mu      sync.Mutex
	changed *sync.Cond // a call ended, or a thread read the clock
	host    *impl.Host
	now     time.Duration // since the epoch; the host's clock began at start
	sent    []Packet
	threads [ThreadsMax]thread
	mac     [6]byte
	peer    [6]byte
}

// thread is one that is in a call.
type thread struct {
	id     int // the caller's name of it; 0: unused
	leads  bool
	done   bool
	result spec.Result
	unread bool // its call ended, and it has not read the clock since
}

// New makes a Stage of a host. peer is the MAC from which packets come; the host must
// know it as that of its gateway. Segments are cut up by nobody: Receive gives them as
// a NIC with segmentation offload gets them, without transport checksums.
func New(cfg impl.Config, peer [6]byte) *Stage {
	cfg.Offload = impl.OffloadMax
	s := &Stage{host: impl.New(cfg), now: start, mac: cfg.MAC, peer: peer}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// Look runs f with the host held, at the host's time.
func (s *Stage) Look(f func(now time.Duration, h *impl.Host)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.now-start, s.host)
	s.drain()
}

// Now reads the clock for a thread. It ticks with each reading, so that who waits by
// reading it comes to an end.
func (s *Stage) Now(id int) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.threads {
		if t := &s.threads[i]; t.id == id && t.unread {
			*t = thread{}
			s.changed.Broadcast()
			return s.now
		}
	}
	s.now += time.Microsecond
	return s.now
}

// Sleep lets time pass for the leader.
func (s *Stage) Sleep(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for until := s.now + d; s.advance(until); {
	}
}

// advance lets time pass until something happens, at most to a limit, and says whether
// there is more time left.
func (s *Stage) advance(limit time.Duration) bool {
	at, ok := s.host.Deadline()
	if at += start; !ok || at > limit {
		s.now = max(s.now, limit)
		return false
	}
	s.now = max(s.now, at)
	s.drain()
	return s.now < limit
}

// Inject hands the host an IP packet.
func (s *Stage) Inject(packet []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(packet) == 0 {
		return
	}
	frame := make([]byte, wire.VirtioLen, wire.VirtioLen+headerLen+len(packet))
	frame = append(append(frame, s.mac[:]...), s.peer[:]...)
	if packet[0]>>4 == 6 {
		frame = append(frame, 0x86, 0xdd)
	} else {
		frame = append(frame, 0x08, 0x00)
	}
	s.host.Handle(s.now-start, append(frame, packet...))
	s.drain()
}

// headerLen is the size of an Ethernet header.
const headerLen = 14

// Receive takes the next packet that the host sent; it lets time pass until there is
// one. ok is false if none comes.
func (s *Stage) Receive() (p Packet, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for limit := s.now + patience; len(s.sent) == 0; {
		if !s.advance(limit) && len(s.sent) == 0 {
			return Packet{}, false
		}
	}
	p = s.sent[0]
	s.sent = s.sent[1:]
	return p, true
}

// Call makes a call for a thread and returns when it has ended. leader says that no
// other thread moves the clock.
func (s *Stage) Call(id int, leader bool, c *spec.Call) spec.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := s.slot(id)
	if slot < 0 {
		return spec.Fail(spec.EAGAIN)
	}
	t := &s.threads[slot]
	*t = thread{id: id, leads: leader}
	r, done := s.host.Call(s.now-start, slot, c)
	if done {
		*t = thread{}
		s.drain()
		return r
	}
	s.drain()
	if !leader {
		for !t.done {
			s.changed.Wait()
		}
		return t.result
	}
	for limit := s.now + patience; !t.done; {
		if !s.advance(limit) && !t.done {
			s.host.Interrupt(s.now-start, slot)
			s.drain()
			break
		}
	}
	r, done = t.result, t.done
	if *t = (thread{}); !done {
		return spec.Fail(spec.EINTR)
	}
	return r
}

// slot finds the place of a thread, or a free one.
func (s *Stage) slot(id int) int {
	free := -1
	for i := range s.threads {
		switch t := &s.threads[i]; {
		case t.id == id:
			return i
		case t.id == 0 && free < 0:
			free = i
		}
	}
	return free
}

// drain takes what the host sends and the calls that have ended.
func (s *Stage) drain() {
	for {
		frame, ok := s.host.Next(s.now - start)
		if !ok {
			break
		}
		s.take(frame)
	}
	for {
		i, r, ok := s.host.Completion()
		if !ok {
			return
		}
		t := &s.threads[i]
		t.result, t.done, t.unread = r, true, !t.leads
		s.changed.Broadcast()
		s.standStill(t)
	}
}

// standStill holds the clock until a thread whose call has ended has read it.
func (s *Stage) standStill(t *thread) {
	if !t.unread {
		return
	}
	timer := time.AfterFunc(courtesy, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		t.unread = false
		s.changed.Broadcast()
	})
	for t.unread {
		s.changed.Wait()
	}
	timer.Stop()
}

// flagsAt is where the control bits are in a TCP header.
const flagsAt = 13

// take keeps a packet that the host sent.
func (s *Stage) take(frame []byte) {
	if len(frame) < wire.VirtioLen+headerLen || len(s.sent) == framesMax {
		return
	}
	work, frame, err := wire.ParseVirtio(frame)
	if err != nil {
		return
	}
	if at := int(work.ChecksumStart) + flagsAt; work.Segment > 0 && (work.Kind == wire.SegmentTCPv4 || work.Kind == wire.SegmentTCPv6) && at < len(frame) {
		frame[at] |= byte(wire.PSH) // Linux marks what leaves in several segments (__tcp_transmit_skb)
	}
	switch uint16(frame[12])<<8 | uint16(frame[13]) {
	case 0x0800, 0x86dd:
		s.sent = append(s.sent, Packet{s.now, append([]byte(nil), frame[headerLen:]...)})
	}
}
