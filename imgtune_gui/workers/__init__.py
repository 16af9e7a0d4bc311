"""Work that must not block painting: one QObject on one QThread each."""
