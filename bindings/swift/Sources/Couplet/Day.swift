import Foundation

/// A civil day, without an hour and a time zone: what an entry is written under.
public struct Day: Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    /// How many days it is after 1970-01-01; before that, below zero.
    public let daysSince1970: Int32

    /// So many days after 1970-01-01.
    public init(daysSince1970: Int32) {
        self.daysSince1970 = daysSince1970
    }

    /// A day of the Gregorian calendar, `Day(year: 2026, month: 2, day: 14)`. A month beyond its
    /// year, or a day beyond its month, is counted on.
    public init(year: Int, month: Int, day: Int) {
        let bound = 10_000_000
        let months = Self.within(bound, year) * 12 + Self.within(bound, month) - 1
        // Years that begin in March end with the leap day.
        let shifted = months - 2
        let marchYear = Self.floored(shifted, 12)
        let daysOfMonths = (153 * (shifted - marchYear * 12) + 2) / 5
        let leapDays = Self.floored(marchYear, 4) - Self.floored(marchYear, 100)
            + Self.floored(marchYear, 400)
        let days = marchYear * 365 + leapDays + daysOfMonths + Self.within(bound, day) - 1
        self.init(daysSince1970: Int32(clamping: days - Self.daysBefore1970))
    }

    /// The day on which this moment falls, here or in another time zone.
    public init(of moment: Date, in timeZone: TimeZone = .current) {
        let seconds = moment.timeIntervalSince1970 + Double(timeZone.secondsFromGMT(for: moment))
        let days = (seconds / 86_400).rounded(.down)
        let bounded = min(max(days, Double(Int32.min)), Double(Int32.max))
        self.init(daysSince1970: Int32(bounded))
    }

    /// Today, where this device is.
    public static var today: Day { Day(of: Date()) }

    /// The day so many days later, or earlier.
    public func advanced(by days: Int) -> Day {
        let sum = Int(daysSince1970).addingReportingOverflow(days)
        let clamped = sum.overflow ? (days < 0 ? Int.min : Int.max) : sum.partialValue
        return Day(daysSince1970: Int32(clamping: clamped))
    }

    /// The year, the month from 1 and the day from 1 in the Gregorian calendar.
    public var civil: (year: Int, month: Int, day: Int) {
        let days = Int(daysSince1970) + Self.daysBefore1970
        let era = Self.floored(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * fromMarch + 2) / 5 + 1
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    /// As ISO 8601 writes it: `2026-02-14`.
    public var description: String {
        let (year, month, day) = civil
        return "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))-\(Self.padded(day, to: 2))"
    }

    /// Earlier days come first.
    public static func < (earlier: Day, later: Day) -> Bool {
        earlier.daysSince1970 < later.daysSince1970
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(abs(number))
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (number < 0 ? "-" : "") + zeros + digits
    }

    private static func within(_ bound: Int, _ number: Int) -> Int {
        min(max(number, -bound), bound)
    }

    private static func floored(_ number: Int, _ divisor: Int) -> Int {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    /// From March 1 of the year 0 on.
    private static let daysBefore1970 = 719_468
}
