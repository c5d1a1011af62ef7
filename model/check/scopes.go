package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Size is how much of a host a scope holds.
type Size struct {
	Sockets int
	Threads int
}

// Scopes are the default scopes of a size, one per group of families and kinds
// of socket that act upon each other.
func Scopes(z Size) []*Scope {
	return []*Scope{
		stream(z), within(z), connection(z), listener(z), backlog(z), peculiar(z), dgram(z), deluge(z), reuse(z), errorQueue(z), surroundings(z), filtered(z), inet6(z), inet6Connection(z), inet6Dgram(z), inet6Arguments(z), inet6Surroundings(z),
		options(z), linger(z), sharing(z), together(z), ports(z), device(z), waits(z), oddWaits(z), signalled(z), accepting(z), impatient(z),
		others(z), landlock(z), allDown(z), fastOpen(z), fastEarly(z), raw(z), connectx(z),
		unixStream(z), unixDgram(z), unixData(z), unixMessages(z), unixPaths(z), unixArguments(z), leftOpen(z), unixOpen(z), arguments(z),
	}
}

// says adds what the scope is about.
func (s *Scope) says(text string) *Scope {
	s.Says = text
	return s
}

func (z Size) scope(name string, extra int, parts ...[]stimulus) *Scope {
	s := &Scope{
		Name: name, Sockets: z.Sockets, Threads: z.Threads, Slots: z.Sockets + extra, FDs: z.Sockets + 1, stimuli: join(parts...),
	}
	s.learn()
	return s
}

// stream is all that connect and its end touch, between two sockets.
func stream(z Size) *Scope {
	return z.scope("stream", 0,
		opens(spec.SockStream),
		connects(at(model.AddrRemote1, 1), unspec),
		binds(at(model.AddrOwn, 1)),
		listens(0),
		shutdowns()[2:],
		[]stimulus{accepts, takeError, closes, timers, instants},
		segments[:2], segments[3:4], segments[7:8], segments[10:11], callers(1), messages[1:2],
	)
}

// within is what sockets of the host do to each other, with a child besides.
func within(z Size) *Scope {
	return z.scope("within", 1,
		opens(spec.SockStream),
		connects(at(model.AddrOwn, 1), unspec),
		binds(at(model.AddrOwn, 1)),
		listens(0),
		shutdowns()[2:],
		[]stimulus{accepts, takeError, closes, timers, instants},
	)
}

// connection is one stream socket and all that can happen to it.
func connection(z Size) *Scope {
	z.Sockets = 1
	return z.scope("connection", 0,
		opens(spec.SockStream),
		connects(at(model.AddrRemote1, 1), unspec),
		binds(at(model.AddrOwn, 1), at(model.AddrAny, 1)),
		shutdowns(),
		[]stimulus{sends, recvs, blockNot, blockAll, takeError, ownName, peerName, look, closes, dups, timers, instants},
		segments, messages,
	)
}

func dgram(z Size) *Scope {
	return z.scope("dgram", 0,
		opens(spec.SockDgram)[1:],
		connects(at(model.AddrRemote1, 1), at(model.AddrRemote2, 1), at(model.AddrNoRoute, 1), unspec),
		binds(at(model.AddrOwn, 1), at(model.AddrAny, 0)),
		[]stimulus{takeError, closes},
		datagrams, messages[3:4],
	)
}

// arguments is one socket in the states that calls tell apart, and every call
// with every class of arguments.
func arguments(z Size) *Scope {
	z.Sockets, z.Threads = 1, 1
	return z.scope("arguments", 0,
		opens(spec.SockStream, spec.SockDgram), sockets(), onNothing(),
		first(naming(everywhere(1)...)), tried(naming(oddAddresses()...)), tried(rareCalls()), first(settings()),
		first(listens(0)), first(shutdowns()),
		[]stimulus{closes, timers}, segments[1:2], segments[10:11], datagrams[:1], messages[3:4], strays,
	)
}
