package sock

import "github.com/connspec/connspec/spec"

// file is an open file description: what descriptors made by dup share. It
// lives as long as a descriptor or a blocked call refers to it.
type file struct {
	sock     int32 // 0: not a socket
	kind     fileKind
	own      int32 // fileEpoll: the instance; a pipe: the file of the other end, 0 if closed
	watch    int32 // first entry of an epoll instance
	nonblock bool
	refs     int32
}

// newFile makes a description of socket s, or of /dev/null if s is 0.
func (l *Layer) newFile(s int32, nonblock bool) int32 {
	i, f := l.files.take()
	*f = file{sock: s, nonblock: nonblock, refs: 1}
	if s != 0 {
		l.socks.at(s).file = i
	}
	return i
}

// lowestFD gives the lowest free descriptor, or -1 if the limit is reached.
// None below l.fdsFull is free.
func (l *Layer) lowestFD() int32 {
	fd := max(l.fdsFull, descriptorFirst)
	for fd < len(l.fds) && l.fds[fd] != 0 {
		fd++
	}
	l.fdsFull = fd
	if fd >= l.cfg.Descriptors {
		return -1
	}
	return int32(fd)
}

// setFD makes fd refer to file f.
func (l *Layer) setFD(fd, f int32) {
	for int(fd) >= len(l.fds) {
		l.fds = append(l.fds, 0)
	}
	l.fds[fd] = f
}

// fileOf is the file that fd refers to, or 0. One of O_PATH is none to most calls.
func (l *Layer) fileOf(fd int32) int32 {
	n := l.entry(fd)
	if n != 0 && l.files.at(n).kind == filePath {
		return 0
	}
	return n
}

// entry is the file in the table of descriptors.
func (l *Layer) entry(fd int32) int32 {
	if fd < 0 || int(fd) >= len(l.fds) {
		return 0
	}
	return l.fds[fd]
}

// lookup finds the socket of fd.
func (l *Layer) lookup(fd int32) (i int32, f *file, e spec.Errno) {
	n := l.fileOf(fd)
	if n == 0 {
		return 0, nil, l.p.BadDescriptor
	}
	f = l.files.at(n)
	if f.sock == 0 {
		return 0, nil, spec.ENOTSOCK
	}
	return f.sock, f, spec.ENONE
}

// hold and drop count references to a file; the last drop closes it.
func (l *Layer) hold(n int32) { l.files.at(n).refs++ }

func (l *Layer) drop(n int32) {
	f := l.files.at(n)
	f.refs--
	if f.refs > 0 {
		return
	}
	l.unwatchFile(n)
	if f.sock != 0 {
		l.release(f.sock)
	}
	l.closeOther(f)
	l.files.give(n)
}

// install gives file n the lowest free descriptor; without one the file is
// dropped again.
func (l *Layer) install(n int32) spec.Result {
	fd := l.lowestFD()
	if fd < 0 {
		l.drop(n)
		return spec.Fail(spec.EMFILE)
	}
	l.setFD(fd, n)
	return spec.Result{Ret: fd}
}

func (l *Layer) socket(c *spec.Call) spec.Result {
	if c.Family == spec.AFUnix {
		return l.socketUnix(c)
	}
	if e := l.socketError(c); e != spec.ENONE {
		return spec.Fail(e)
	}
	i, _ := l.newSocket(c.Family, c.Type)
	return l.install(l.newFile(i, c.SockFlags&spec.SockNonblock != 0))
}

// socketError is why socket(2) refuses these arguments (inet_create).
func (l *Layer) socketError(c *spec.Call) spec.Errno {
	if l.refuses6(c.Family) {
		return spec.EAFNOSUPPORT
	}
	var own spec.Protocol
	switch c.Type {
	case spec.SockStream:
		own = spec.ProtocolTCP
	case spec.SockDgram:
		own = spec.ProtocolUDP
	case spec.SockRaw:
		return spec.EPROTONOSUPPORT
	default:
		return l.p.SocketType
	}
	if c.Protocol != spec.ProtocolDefault && c.Protocol != own {
		return l.p.SocketProto
	}
	return spec.ENONE
}

func (l *Layer) dup(c *spec.Call) spec.Result {
	n := l.entry(c.FD)
	if n == 0 {
		return spec.Fail(spec.EBADF)
	}
	l.hold(n)
	return l.install(n)
}

func (l *Layer) dup2(c *spec.Call) spec.Result {
	l.lingering = 0
	n := l.entry(c.FD)
	if n == 0 || c.Arg < 0 || int(c.Arg) >= l.cfg.Descriptors {
		return spec.Fail(spec.EBADF)
	}
	if c.Arg == c.FD {
		return spec.Result{Ret: c.Arg}
	}
	old := l.entry(c.Arg)
	l.hold(n)
	l.setFD(c.Arg, n)
	if old != 0 {
		l.drop(old)
	}
	return spec.Result{Ret: c.Arg}
}

func (l *Layer) close(c *spec.Call) spec.Result {
	l.lingering = 0
	if l.entry(c.FD) == 0 {
		return spec.Fail(spec.EBADF)
	}
	l.closeFD(c.FD)
	return spec.Result{}
}

func (l *Layer) closeFD(fd int32) {
	n := l.fds[fd]
	l.fds[fd] = 0
	l.fdsFull = min(l.fdsFull, int(fd))
	l.drop(n)
}

func (l *Layer) fcntl(c *spec.Call) spec.Result {
	n := l.entry(c.FD)
	if n == 0 {
		return spec.Fail(spec.EBADF)
	}
	f := l.files.at(n)
	switch c.Fcntl {
	case spec.FGetfl:
		flags := f.accessMode()
		if f.nonblock {
			flags |= spec.ONonblock
		}
		return spec.Result{Ret: flags}
	case spec.FSetfl:
		if f.kind == filePath {
			return spec.Fail(spec.EBADF) // check_fcntl_cmd
		}
		f.nonblock = c.Arg&spec.ONonblock != 0
		return spec.Result{}
	}
	return spec.Fail(spec.EINVAL)
}
