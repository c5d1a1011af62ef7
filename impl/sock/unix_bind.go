package sock

import (
	"fmt"

	"github.com/connspec/connspec/impl/vfs"
	"github.com/connspec/connspec/spec"
)

// unixBehind is the socket that is bound to a file.
func (l *Layer) unixBehind(file vfs.Inode, t spec.SockType) (int32, spec.Errno) {
	p, other := &l.p.Unix, l.fs.Kind(file) != vfs.Socket
	switch {
	case p.KindFirst && other:
		return 0, p.NoSocket
	case !l.fs.May(file, vfs.Write):
		return 0, spec.EACCES
	case other:
		return 0, p.NoSocket
	}
	n := l.fs.Owner(file)
	if n == 0 {
		return 0, spec.ECONNREFUSED
	}
	if l.unixes.at(n).typ != t {
		return 0, spec.EPROTOTYPE
	}
	return n, spec.ENONE
}

// bindUnix names a socket (unix_bind; uipc_bind).
func (l *Layer) bindUnix(s *Socket, c *spec.Call) spec.Errno {
	if c.Pointer == spec.PointerNull && l.p.BindNull != spec.ENONE {
		return l.p.BindNull
	}
	if e := l.importAddress(argumentOf(c)); e != spec.ENONE {
		return e
	}
	u, p, a := l.unixOf(s), &l.p.Unix, l.unixAddress(c)
	if p.Abstract && a.family == spec.AFUnix && a.len == spec.OffsetofSunPath {
		return l.autobindUnix(s.unix, u)
	}
	if e := l.bindAddressUnix(u, &a); e != spec.ENONE {
		return e
	}
	u.name, u.nameLen = a.name, spec.OffsetofSunPath+int32(len(a.name))
	if a.abstract {
		l.abstract[unixKey{u.typ, a.name}] = s.unix
		return spec.ENONE
	}
	if u.nameLen++; p.NameAsGiven {
		u.nameLen = a.len
	}
	return spec.ENONE
}

// bindAddressUnix finds out whether a socket can have a name, and makes the file
// of a path.
func (l *Layer) bindAddressUnix(u *unixSocket, a *unixAddress) spec.Errno {
	p, named := &l.p.Unix, u.name != ""
	if named && !p.NamedLate {
		return spec.EINVAL
	}
	if e := l.unixAddressError(a); e != spec.ENONE {
		return e
	}
	if a.abstract {
		switch {
		case named:
			return spec.EINVAL
		case l.abstract[unixKey{u.typ, a.name}] != 0:
			return spec.EADDRINUSE
		}
		return spec.ENONE
	}
	e := l.fs.Vacant(a.name)
	switch {
	case e == spec.EEXIST:
		return spec.EADDRINUSE
	case e != spec.ENONE:
		return e
	case named:
		return spec.EINVAL
	}
	if u.file, e = l.fs.Create(a.name, vfs.Socket, vfs.All); e != spec.ENONE {
		return e
	}
	l.fs.Own(u.file, l.socks.at(u.sock).unix)
	return spec.ENONE
}

// chosenNames is how many names the system has to choose from: five hexadecimal
// digits.
const chosenNames = 1 << 20

// autobindUnix gives a socket an abstract name that is free, unless it has one
// (unix_autobind).
func (l *Layer) autobindUnix(n int32, u *unixSocket) spec.Errno {
	if u.name != "" {
		return spec.ENONE
	}
	for range chosenNames {
		l.chosen = (l.chosen + 1) % chosenNames
		name := fmt.Sprintf("\x00%05x", l.chosen)
		if key := (unixKey{u.typ, name}); l.abstract[key] == 0 {
			l.abstract[key] = n
			u.name, u.nameLen = name, spec.OffsetofSunPath+int32(len(name))
			return spec.ENONE
		}
	}
	return spec.ENOSPC
}

// credentials gives a socket that asks for credentials a name, so that it can be
// answered (unix_may_passcred).
func (l *Layer) credentials(n int32, u *unixSocket) spec.Errno {
	if !u.passCred && !u.passPidfd {
		return spec.ENONE
	}
	return l.autobindUnix(n, u)
}

// listenUnix makes a socket listen, or changes its backlog (unix_listen).
func (l *Layer) listenUnix(s *Socket, c *spec.Call) spec.Errno {
	u := l.unixOf(s)
	switch {
	case !u.paired():
		return spec.EOPNOTSUPP
	case u.name == "":
		return l.p.Unix.ListenUnnamed
	case u.state == unixJoined:
		return spec.EINVAL
	}
	before := int32(0)
	if s.listening {
		before = s.backlog.limit
	}
	u.state, s.listening = unixListens, true
	if l.allow(s, c.Backlog); s.backlog.limit > before {
		l.rouse(u, true)
	}
	return spec.ENONE
}

// tryAcceptUnix takes the first connection of the queue, even if its client has
// gone (unix_accept).
func (l *Layer) tryAcceptUnix(i int32, out nameOut, nonblock bool) (spec.Result, bool) {
	s := l.socks.at(i)
	u := l.unixOf(s)
	switch {
	case !u.paired():
		return spec.Fail(spec.EOPNOTSUPP), true
	case u.state != unixListens:
		return spec.Fail(spec.EINVAL), true
	case s.backlog.queue.empty() && s.shut&shutRead != 0 && !nonblock:
		return spec.Fail(spec.EINVAL), true
	case s.backlog.queue.empty():
		return spec.Fail(spec.EAGAIN), nonblock
	case l.lowestFD() < 0:
		return spec.Fail(spec.EMFILE), true
	}
	k, _ := s.backlog.queue.pop()
	s.backlog.queued--
	l.rouse(u, false)
	l.wake(i)
	file := l.newFile(k, l.p.AcceptInherits && l.files.at(s.file).nonblock)
	var r spec.Result
	if out.pointer != spec.PointerNull {
		peer := l.unixOf(l.socks.at(k)).peer
		if l.alive(peer) == nil && !l.p.Unix.PeerStays {
			peer = 0
		}
		if e := l.putUnix(out, &r, peer); e != spec.ENONE {
			l.drop(file)
			return spec.Fail(e), true
		}
	}
	r.Ret = l.install(file).Ret
	return r, true
}
