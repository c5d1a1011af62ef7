package transfer_test

import (
	"fmt"
	"hash/crc64"
	"net"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// start6 is a machine whose kernel has IPv6.
func start6(t *testing.T) *machine {
	t.Helper()
	m := start(t, simnet.Link{})
	if !m.lane.IPv6 {
		t.Skip("needs IPv6: " + m.lane.NoIPv6)
	}
	return m
}

func TestCurlFetchesFromImplOverIPv6(t *testing.T) {
	curl := program(t, "curl", "curl")
	m, f := start6(t), newFile(*size, 8)
	l, err := m.Listen("tcp6", fmt.Sprintf("[%v]:80", lab.Gateway6))
	if err != nil {
		t.Fatal(err)
	}
	serveHTTP(t, l, answer(f))
	p := command(curl, "--silent", "--show-error", "--globoff", "--noproxy", "*", "--max-time", "100", fmt.Sprintf("http://[%v]/file", lab.Gateway6))
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.in(t, m)
	got := crc64.New(crc)
	n, err := copyAll(got, out)
	if err != nil {
		t.Error(err)
	}
	p.end(t)
	rate(t, "curl", n, began)
	f.same(t, n, *size, got)
}

func TestImplFetchesFromHostOverIPv6(t *testing.T) {
	m, f := start6(t), newFile(*size, 9)
	var l net.Listener
	err := m.lane.Do(func() (err error) {
		l, err = net.Listen("tcp6", fmt.Sprintf("[%v]:80", lab.Own6.Addr()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	serveHTTP(t, l, answer(f))
	m.fetch(t, fmt.Sprintf("http://[%v]/file", lab.Own6.Addr()), f)
}
