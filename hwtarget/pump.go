package hwtarget

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Stack is what a [Pump] drives: a sans-IO network stack. Times are those of
// the Pump's clock.
type Stack interface {
	// Handle takes a frame that arrived. It does not keep it.
	Handle(now time.Duration, frame []byte)
	// Next lets timers that are due fire and gives the next frame to send, if
	// there is one. It is valid until the next call of any method.
	Next(now time.Duration) (frame []byte, ok bool)
	// Deadline is when Next is to be called again if nothing else happens.
	Deadline() (at time.Duration, ok bool)
}

// Pump joins a NIC and a Stack. One goroutine at a time holds the stack, and
// whoever holds it moves the frames both ways before letting go: over veth the
// answer to what a call sent is there already. Of the goroutines in
// [Pump.Wait] and [Pump.Await] one leads: it waits at the NIC. A goroutine of the Pump's own
// leads while there is none.
type Pump struct {
	nic   NIC
	stack Stack
	clock func() time.Duration

	mu      sync.Mutex    // the stack, the NIC's Send and Recv, and all below
	changed *sync.Cond    // somebody held the stack, or stopped leading
	idle    *sync.Cond    // nobody is in Wait any more
	turns   atomic.Uint64 // times that the stack was held; background reads it without
	users   int           // goroutines in Wait and Await
	leader  leader
	until   time.Duration // what the leader waits for
	woken   bool          // since it began to
	err     error         // why the Pump has stopped
	over    atomic.Bool   // there is an err
	rx, tx  [][]byte
	large   [1][]byte // a frame that is not copied into tx
	ended   chan struct{}

	followers int             // goroutines in Await that do not lead
	baton     chan struct{}   // offers one of them the lead
	leads     <-chan struct{} // what the leader awaits; nil is anything
	failed    chan struct{}   // closed with err
}

// leader says who is in nic.Wait.
type leader uint8

const (
	nobody leader = iota
	user          // a goroutine in Wait or Await, which has something to see in the stack
	own           // the Pump's
)

const (
	batch = 32
	// fairness is how many rounds of frames one caller moves before it leaves
	// the rest to others: a peer that floods must not hold it for ever.
	fairness = 256
	// rest is how long the Pump's own goroutine stays away from the NIC after
	// somebody else held the stack: while it waits there, each frame that a
	// caller receives inline would wake it for nothing.
	rest    = 500 * time.Microsecond
	forever = time.Duration(1<<63 - 1)
)

// NewPump starts one. clock gives the time since the stack's start; it is
// called with the stack held. The caller keeps the NIC and closes it after
// Stop.
func NewPump(nic NIC, stack Stack, clock func() time.Duration) *Pump {
	p := &Pump{nic: nic, stack: stack, clock: clock, ended: make(chan struct{}),
		baton: make(chan struct{}, 1), failed: make(chan struct{})}
	p.changed, p.idle = sync.NewCond(&p.mu), sync.NewCond(&p.mu)
	p.rx = make([][]byte, batch)
	size := OffloadHeaderSize + HeaderSize + nic.MTU()
	room := make([]byte, batch*size)
	for i := range batch {
		p.tx = append(p.tx, room[i*size:i*size:(i+1)*size])
	}
	go p.background()
	return p
}

// Do runs f with the stack held and then moves frames until neither side has
// any. f must not call the Pump.
func (p *Pump) Do(f func(now time.Duration)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p.clock())
	p.turn()
	p.tell()
}

// Wait runs f with the stack held, each time that something may have changed,
// until f returns true; frames are moved after each. f must not call the Pump.
// Wait returns the reason if the Pump stops first.
func (p *Pump) Wait(f func(now time.Duration) bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users++
	defer p.leave()
	for p.err == nil {
		done := f(p.clock())
		moved := p.turn()
		if done || moved {
			p.tell()
		}
		switch seen := p.turns.Load(); {
		case done:
			return nil
		case moved:
		case p.leader == nobody:
			p.lead(user)
			if p.turn() {
				p.tell()
			}
		default:
			if p.leader == own {
				p.wake() // it lets us lead
			}
			for p.leader != nobody && p.turns.Load() == seen && p.err == nil {
				p.changed.Wait()
			}
		}
	}
	return p.err
}

func (p *Pump) leave() {
	if p.users--; p.users == 0 {
		p.idle.Signal()
	} else {
		p.changed.Broadcast() // one of the others leads on
		p.pass()
	}
}

// tell lets the others see what became of the stack, and the leader that it has
// less time than it thought.
func (p *Pump) tell() {
	if p.users > 0 {
		p.changed.Broadcast()
	}
	if p.pressing() {
		p.wake()
	}
}

func (p *Pump) wake() {
	if !p.woken {
		p.woken = true
		p.nic.Wake()
	}
}

// Stop ends the Pump's goroutine and every Wait. It returns what had stopped
// the Pump before, if something had.
func (p *Pump) Stop() error {
	p.mu.Lock()
	err := p.err
	p.fail(ErrStopped)
	p.mu.Unlock()
	<-p.ended
	if err == ErrStopped {
		return nil
	}
	return err
}

// ErrStopped is what Wait returns after Stop.
var ErrStopped = errors.New("hwtarget: Pump is stopped")

func (p *Pump) fail(err error) {
	if p.err == nil {
		p.err = err
		p.over.Store(true)
		close(p.failed)
	}
	p.wake()
	p.changed.Broadcast()
	p.idle.Broadcast()
}

// turn moves frames until there are none, or for long enough, and reports
// whether there were any.
func (p *Pump) turn() (moved bool) {
	p.turns.Add(1)
	for range fairness {
		now := p.clock()
		sent := p.flush(now)
		n, err := p.nic.Recv(p.rx)
		if err != nil {
			p.fail(err)
			break
		}
		for _, frame := range p.rx[:n] {
			p.stack.Handle(now, frame)
		}
		if sent == 0 && n == 0 {
			break
		}
		moved = true
	}
	return moved
}

// flush sends all that the stack has, in batches; a frame that is larger than
// what the wire carries is a batch by itself, and not copied.
func (p *Pump) flush(now time.Duration) (sent int) {
	for {
		n := 0
		var large []byte
		for n < len(p.tx) {
			frame, ok := p.stack.Next(now)
			if !ok {
				break
			}
			if len(frame) > cap(p.tx[n]) {
				large = frame
				break
			}
			p.tx[n] = append(p.tx[n][:0], frame...)
			n++
		}
		p.send(p.tx[:n])
		sent += n
		if large != nil {
			p.large[0] = large
			p.send(p.large[:])
			sent++
		} else if n < len(p.tx) {
			return sent
		}
	}
}

// send transmits frames. One that the NIC does not take is lost, as on any wire.
func (p *Pump) send(out [][]byte) {
	for len(out) > 0 {
		k, err := p.nic.Send(out)
		if err == nil {
			return
		}
		if errors.Is(err, ErrClosed) {
			p.fail(err)
			return
		}
		out = out[k+1:]
	}
}

func (p *Pump) deadline() time.Duration {
	if at, ok := p.stack.Deadline(); ok {
		return at
	}
	return forever
}

// lead waits at the NIC, for a frame or the stack's deadline, without holding
// the stack.
func (p *Pump) lead(who leader) {
	p.until = p.deadline()
	timeout := time.Duration(-1)
	if p.until != forever {
		timeout = max(0, p.until-p.clock())
	}
	p.leader, p.woken = who, false
	p.mu.Unlock()
	err := p.nic.Wait(timeout)
	p.mu.Lock()
	p.leader = nobody
	if err != nil {
		p.fail(err)
	}
}

// settled returns when nobody has held the stack for a while. It takes no lock
// until then: who is kept waiting by it loses his thread's turn, and with it
// more time than a frame takes there and back.
func (p *Pump) settled() (turns uint64) {
	for turns = p.turns.Load(); ; {
		time.Sleep(rest)
		now := p.turns.Load()
		if now == turns || p.over.Load() {
			return turns
		}
		turns = now
	}
}

// background looks after the stack while nobody else does.
func (p *Pump) background() {
	defer close(p.ended)
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.err == nil {
		p.mu.Unlock()
		seen := p.settled()
		p.mu.Lock()
		for p.users > 0 && p.err == nil {
			p.idle.Wait()
		}
		for p.turns.Load() == seen && p.users == 0 && p.err == nil {
			p.lead(own)
			if p.turns.Load() == seen && p.users == 0 {
				p.turn()
				seen = p.turns.Load()
			}
		}
		p.changed.Broadcast() // a user may want to lead
		p.pass()
	}
}
