# The world outside: answers TCP and UDP at one port with what it was told, at its addresses, and prints "heard tcp TEXT" or "heard udp TEXT".
use strict;
use Socket;

$| = 1;
my ($port, @addresses) = @ARGV;
socket(my $tcp, PF_INET, SOCK_STREAM, 0) or die;
setsockopt($tcp, SOL_SOCKET, SO_REUSEADDR, 1);
bind($tcp, sockaddr_in($port, INADDR_ANY)) or die "port $port: $!\n";
listen($tcp, 50);
my @udp;
for my $address (@addresses) {
	socket(my $udp, PF_INET, SOCK_DGRAM, 0) or die;
	bind($udp, sockaddr_in($port, inet_aton($address))) or die "$address port $port: $!\n";
	push @udp, $udp;
}
print "ready\n";
my %open;
while (1) {
	my $wanted = '';
	vec($wanted, fileno $_, 1) = 1 for $tcp, @udp, values %open;
	select($wanted, undef, undef, undef);
	for my $udp (grep { vec($wanted, fileno $_, 1) } @udp) {
		my $from = recv($udp, my $text, 2000, 0);
		print "heard udp $1\n" if $text =~ /(leak-[a-z0-9-]+)/;
		send($udp, $text, 0, $from) if $from;
	}
	if (vec($wanted, fileno $tcp, 1)) {
		accept(my $client, $tcp);
		$open{fileno $client} = $client;
		next;
	}
	for my $client (grep { vec($wanted, fileno $_, 1) } values %open) {
		if (sysread($client, my $text, 2000)) {
			print "heard tcp $1\n" while $text =~ /(leak-[a-z0-9-]+)/g;
			syswrite($client, $text);
		} else {
			delete $open{fileno $client};
			close $client;
		}
	}
}
