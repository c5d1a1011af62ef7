package impl

import (
	"testing"

	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

func TestTCPInfoOfAStream(t *testing.T) {
	h := newHarness(t, spec.Linux)
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	if info, ok := h.host.TCPInfo(h.now, fd); !ok || info.State != tcp.StateClosed {
		t.Errorf("a fresh stream is %v (%v), want CLOSED", info.State, ok)
	}
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	info, ok := h.host.TCPInfo(h.now, fd)
	if !ok || info.State != tcp.StateSynSent || info.SndCwnd != 10 || info.SndSSThresh != tcp.SSThreshNone {
		t.Errorf("a stream that connects is %v with a window of %d and a threshold of %d (%v), want SYN-SENT, 10, %d",
			info.State, info.SndCwnd, info.SndSSThresh, ok, tcp.SSThreshNone)
	}
	if _, ok := h.host.TCPInfo(h.now, h.socket(spec.SockDgram, 0)); ok {
		t.Error("a datagram socket has TCP information, want none")
	}
}
