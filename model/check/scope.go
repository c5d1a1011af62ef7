package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Scope bounds what is explored: how much a host holds, and what may happen to
// it. What lies beyond is a leaf of the graph, and counted.
type Scope struct {
	Name    string
	Says    string // what of the model it is about, and why the cut is enough
	Sockets int    // that have a descriptor
	Threads int
	Slots   int // sockets with and without a descriptor: children in a queue, what close leaves
	FDs     int // descriptors

	stimuli []stimulus
	open    bool // goes on where a document leaves open what state a socket is in

	reaches [ReachCount][]uint16 // stimuli by what they read

	// What nothing in the scope can bring to light, see forget.go.
	unseenFlags model.Flags
	unseenMarks model.Marks
}

// Alphabet is how many different stimuli the scope has, before sockets and
// threads are told apart.
func (s *Scope) Alphabet() int { return len(s.stimuli) }

// timed says whether time passes in the scope.
func (s *Scope) timed() bool {
	for i := range s.stimuli {
		if s.stimuli[i].about == aTimer {
			return true
		}
	}
	return false
}

// about says what a stimulus needs to be about.
type about uint8

const (
	aHost    about = iota // nothing: socket(), a frame for nobody
	aBadFD                // a number that is no descriptor
	aFile                 // a descriptor of a file that is no socket
	aSocket               // a socket with a descriptor
	aSlot                 // any socket, also one without a descriptor
	aTimer                // time, which may bring any of several things
	aInstant              // the few milliseconds in which some timers fire of themselves
	aWaiter               // a thread that waits in a call
	anEpoll               // the descriptor of an epoll instance
	anOther               // that of a file of another kind
)

// each says whether the stimulus is tried on every socket, or every thread.
func (a about) each() bool { return a.slots() > 1 }

// slots is how many there are of what it is about: of sockets, and with time, which
// is about one socket at a time and the threads on it, of the threads on none.
func (a about) slots() uint8 {
	switch a {
	case aSocket, aSlot, aWaiter:
		return model.SocketsMax
	case aTimer, aInstant:
		return model.NoSlot + 1
	}
	return 1
}

// stimulus is one thing that may happen. Calls are made by the first thread that runs: threads
// that run are alike.
type stimulus struct {
	name  string
	about about
	call  model.Call // Op is OpNone for frames and timers
	when  func(sc *Scope, w *model.World, s *model.Socket) bool
	frame func(s *model.Socket) model.Frame
	env   *model.Label // a change of the surroundings, or a signal
}

// Stimulus names one stimulus in one world.
type Stimulus struct {
	Index  uint16 // in the scope
	Slot   uint8  // of the socket it is about; for a waiter, the thread
	Thread uint8  // that makes the call
}

// holds says how many descriptors, and how many sockets with one, there are.
func holds(w *model.World) (files, sockets int) {
	var met uint32
	for _, f := range w.FDs {
		if f == model.FileNone {
			continue
		}
		files++
		if f < model.FileOther && met&(1<<f) == 0 {
			met |= 1 << f
			sockets++
		}
	}
	return files, sockets
}

func slots(w *model.World) int {
	n := 0
	for i := range w.Sockets {
		if w.Sockets[i].Kind != model.KindNone {
			n++
		}
	}
	return n
}

// within says whether a world is in the scope.
func (s *Scope) within(w *model.World) bool {
	files, sockets := holds(w)
	return files <= s.FDs && sockets <= s.Sockets && slots(w) <= s.Slots
}

// descriptor is the lowest one of a socket.
func descriptor(w *model.World, slot int) (fd int32, ok bool) {
	for i, f := range w.FDs {
		if f == model.File(slot+1) {
			return int32(i) + model.FDFirst, true
		}
	}
	return 0, false
}

// runner is the first thread that makes a call next.
func (s *Scope) runner(w *model.World) (thread uint8, ok bool) {
	for i := range s.Threads {
		if w.Threads[i].Wait == model.Running {
			return uint8(i), true
		}
	}
	return 0, false
}

// at is the address argument for an endpoint.
func at(a model.Addr, p model.Port) model.Sockaddr {
	return model.Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: a, Port: p}
}
