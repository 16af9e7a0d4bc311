"""One pure function per develop step, generic over numpy and torch."""
