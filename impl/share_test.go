package impl

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

func TestReusePort(t *testing.T) {
	for d, want := range map[spec.Dialect]spec.Errno{spec.Linux: spec.ENONE, spec.MacOS: spec.ENONE, spec.POSIX: spec.ENOPROTOOPT} {
		h := newHarness(t, d)
		a, b := h.socket(spec.SockStream, 0), h.socket(spec.SockStream, 0)
		h.want("SO_REUSEPORT", option(a, spec.SolSocket, spec.SoReuseport, 1), want)
		if want != spec.ENONE {
			continue
		}
		h.want("bind", bindTo(a, "127.0.0.1:80"), spec.ENONE)
		h.want("one that does not share", bindTo(b, "127.0.0.1:80"), spec.EADDRINUSE)
		h.want("SO_REUSEPORT", option(b, spec.SolSocket, spec.SoReuseport, 1), spec.ENONE)
		h.want("one that does", bindTo(b, "127.0.0.1:80"), spec.ENONE)
	}
}

func TestBindAddressNoPort(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("IP_BIND_ADDRESS_NO_PORT", option(fd, spec.SolIP, spec.IPBindAddressNoPort, 1), spec.ENONE)
	h.want("bind", bindTo(fd, "192.168.0.1:0"), spec.ENONE)
	name := spec.Call{Op: spec.OpGetsockname, FD: fd, AddrLen: spec.SizeofSockaddrIn}
	if r := h.want("getsockname", name, spec.ENONE); r.Addr.Port != 0 {
		t.Errorf("bind chose port %d", r.Addr.Port)
	}
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	if r := h.want("getsockname", name, spec.ENONE); r.Addr.Port == 0 {
		t.Error("connect chose no port")
	}
}

func TestLocalPortRange(t *testing.T) {
	h := newHarness(t, spec.Linux)
	for _, want := range []spec.Errno{spec.ENONE, spec.EADDRINUSE} {
		fd := h.socket(spec.SockStream, 0)
		h.want("reversed", option(fd, spec.SolIP, spec.IPLocalPortRange, 40000<<16|40001-1<<32), spec.EINVAL)
		h.want("one port", option(fd, spec.SolIP, spec.IPLocalPortRange, 40000|40000<<16-1<<32), spec.ENONE)
		h.want("bind", bindTo(fd, "127.0.0.1:0"), want)
	}
}
