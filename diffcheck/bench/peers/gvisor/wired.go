package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

func wired(s *trial.Spec) (o trial.Outcome, err error) {
	st, err := open(s)
	if err != nil {
		return o, err
	}
	to := func(i int) tcpip.FullAddress {
		return tcpip.FullAddress{Addr: tcpip.AddrFrom4(s.Destination(i).As4()), Port: uint16(s.Port)}
	}
	switch s.Task {
	case trial.Connects:
		return connects(st, s, to)
	case trial.Datagrams:
		return datagrams(st, s, to(0))
	}
	return stream(st, s, to(0))
}

// connects has a goroutine for each attempt in flight.
func connects(st *stack.Stack, s *trial.Spec, to func(int) tcpip.FullAddress) (o trial.Outcome, err error) {
	type tally struct {
		seen   []time.Duration
		failed int
	}
	tallies := make([]tally, s.InFlight)
	var all sync.WaitGroup
	started := time.Now()
	for i := range tallies {
		all.Go(func() {
			t := &tallies[i]
			for next := i; time.Since(started) < s.Time; next++ {
				began := time.Now()
				ep, _, e := connect(st, to(next))
				if e != nil {
					t.failed++
				} else {
					t.seen = append(t.seen, time.Since(began))
				}
				if ep != nil {
					ep.Close()
				}
			}
		})
	}
	all.Wait()
	o.Seconds = time.Since(started).Seconds()
	var seen trial.Latencies
	for _, t := range tallies {
		o.Operations += float64(len(t.seen))
		o.Failed += float64(t.failed)
		for _, d := range t.seen {
			seen.Add(d)
		}
	}
	seen.Quantiles(&o)
	return o, nil
}

// connect waits for the connection to come about.
func connect(st *stack.Stack, to tcpip.FullAddress) (tcpip.Endpoint, *waiter.Queue, tcpip.Error) {
	var wq waiter.Queue
	ep, e := st.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, &wq)
	if e != nil {
		return nil, nil, e
	}
	entry, notified := waiter.NewChannelEntry(waiter.WritableEvents)
	wq.EventRegister(&entry)
	defer wq.EventUnregister(&entry)
	e = ep.Connect(to)
	if _, started := e.(*tcpip.ErrConnectStarted); started {
		<-notified
		e = ep.LastError()
	}
	return ep, &wq, e
}

// stream sends or receives on one connection, Size bytes in a call.
func stream(st *stack.Stack, s *trial.Spec, to tcpip.FullAddress) (o trial.Outcome, err error) {
	ep, wq, e := connect(st, to)
	if e != nil {
		return o, failure("connect", e)
	}
	mask := waiter.ReadableEvents
	if s.Task == trial.Send {
		mask = waiter.WritableEvents
	}
	entry, notified := waiter.NewChannelEntry(mask)
	wq.EventRegister(&entry)
	defer wq.EventUnregister(&entry)
	buf := make([]byte, s.Size)
	var from bytes.Reader
	started := time.Now()
	for time.Since(started) < s.Time {
		var n int64
		var e tcpip.Error
		if s.Task == trial.Send {
			from.Reset(buf)
			n, e = ep.Write(&from, tcpip.WriteOptions{})
		} else {
			var r tcpip.ReadResult
			r, e = ep.Read(io.Discard, tcpip.ReadOptions{})
			n = int64(r.Count)
		}
		o.Bytes += float64(n)
		if _, wait := e.(*tcpip.ErrWouldBlock); wait {
			select {
			case <-notified:
			case <-time.After(s.Time):
			}
		} else if e != nil {
			return o, fmt.Errorf("%s: %s after %.0f bytes", s.Task, e, o.Bytes)
		}
	}
	o.Seconds = time.Since(started).Seconds()
	return o, nil
}

func datagrams(st *stack.Stack, s *trial.Spec, to tcpip.FullAddress) (o trial.Outcome, err error) {
	var wq waiter.Queue
	ep, e := st.NewEndpoint(udp.ProtocolNumber, ipv4.ProtocolNumber, &wq)
	if e == nil {
		e = ep.Connect(to)
	}
	if e != nil {
		return o, failure("connect", e)
	}
	buf := make([]byte, s.Size)
	var from bytes.Reader
	started := time.Now()
	for time.Since(started) < s.Time {
		for range 64 {
			from.Reset(buf)
			if _, e := ep.Write(&from, tcpip.WriteOptions{}); e != nil {
				o.Failed++
			} else {
				o.Operations++
			}
		}
	}
	o.Seconds = time.Since(started).Seconds()
	return o, nil
}
